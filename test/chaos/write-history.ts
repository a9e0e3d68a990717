import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFinal, RUN_STATUSES } from '../../src/runs/run.ts'
import { shardKeys } from '../../src/runs/store/run-keys.ts'

/** What Redis was made to write of one run, from its append-only file: evidence that no code of ours has a say in. */
export interface RunHistory {
  /** Every status that was ever written, in order. */
  readonly statuses: string[]
  /** How many attempts its ledger had when it was last written. */
  attempts: number
  /** How many attempts were taken out of its ledger as it went back to the queue. */
  withdrawn: number
}

/**
 * The histories of all runs of a Redis that keeps its whole append-only file (no rewrite), by id. Scripts stand in
 * that file as the single writes that they made.
 */
export async function readRunHistories(redisDir: string, shards: number): Promise<Map<string, RunHistory>> {
  const prefixes = Array.from({ length: shards }, (_, shard) => shardKeys(shard).run(''))
  const histories = new Map<string, RunHistory>()
  for (const file of globSync('{*.aof,appendonlydir/*.incr.aof}', { cwd: redisDir }).sort()) {
    for (const [command = '', key = '', ...fields] of commandsIn(await readFile(join(redisDir, file)))) {
      const prefix = prefixes.find((each) => key.startsWith(each))
      if (!prefix || !/^h(m|)set$/i.test(command)) continue
      const id = key.slice(prefix.length)
      const history = histories.get(id) ?? { statuses: [], attempts: 0, withdrawn: 0 }
      histories.set(id, history)
      const status = fieldOf('status', fields)
      if (RUN_STATUSES.some((each) => each === status)) history.statuses.push(status ?? '')
      const ledger = fieldOf('attempts', fields)
      if (ledger === undefined) continue
      const attempts = ledger.split('\n').length - 1
      if (status === 'queued') history.withdrawn += history.attempts - attempts
      history.attempts = attempts
    }
  }
  return histories
}

/** From names and values in turn. */
const fieldOf = (name: string, fields: readonly string[]): string | undefined =>
  fields.find((_, at) => at % 2 === 1 && fields[at - 1] === name)

/** How often a run ended. */
export const timesEnded = (statuses: readonly string[]): number =>
  statuses.filter((status) => RUN_STATUSES.some((each) => each === status && isFinal(each))).length

/** The commands of an append-only file: arrays of bulk strings. What a kill cut off at the end is left out. */
function* commandsIn(data: Buffer): Generator<string[]> {
  let at = 0
  const readCount = (mark: string): number | null => {
    const end = data.indexOf('\r\n', at)
    if (end === -1 || data.toString('latin1', at, at + 1) !== mark) return null
    const count = Number(data.toString('latin1', at + 1, end))
    at = end + 2
    return count
  }
  for (;;) {
    const parts = readCount('*')
    if (parts === null) return
    const command: string[] = []
    for (let part = 0; part < parts; part += 1) {
      const length = readCount('$')
      if (length === null || at + length + 2 > data.length) return
      command.push(data.toString('utf8', at, at + length))
      at += length + 2
    }
    yield command
  }
}
