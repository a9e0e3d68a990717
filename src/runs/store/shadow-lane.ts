import { sharedNow } from '../../platform/clock.ts'
import { inBatches } from '../../platform/event-loop/in-batches.ts'
import { shardOf } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { ShadowDelta } from '../../totals/delta.ts'
import { totalKeys } from '../../totals/total-keys.ts'
import type { Attempt, RunRequest, RunResult } from '../run.ts'
import { keptUntil } from './kept-bytes.ts'
import { requestToText } from './request-text.ts'
import { resultToText } from './result-text.ts'
import { shardKeys } from './run-keys.ts'
import { toLines } from './run-record.ts'
import { movingScript, writingScript } from './run-script.ts'

const leave = writingScript('shadows/leave')
const take = movingScript('shadows/take')
const end = writingScript('shadows/end')

/** A shadow run that waits, or that a worker has: the caller's run that it is made beside, and its revision. */
export interface ShadowEntry {
  readonly parent: string
  readonly revision: string
}

export interface TakenShadow extends ShadowEntry {
  /** True when the worker that had it before is lost: what it did is not known. */
  readonly lost: boolean
}

/** A shadow run that has ended, as it is kept. */
export interface EndedShadow {
  readonly request: RunRequest
  readonly result: RunResult
  readonly attempts: readonly Attempt[]
}

export interface ShadowLaneOptions {
  readonly shards: number
  /** Most shadow runs that wait. */
  readonly shadowQueueMax: number
  /** Seconds for which their records are kept. */
  readonly shadowRetention: number
  /** Most bytes of these records of one project. */
  readonly shadowKeptBytes: number
  /** How long a worker has one without saying that it is still there, in ms. */
  readonly leaseMs: number
}

/**
 * How long those that are left, and those that end, wait for others, in ms: nobody waits for them, and each step alone
 * would take time of callers' runs.
 */
const GATHER_MS = 100
/** Most of one step, and most bytes of those that end: while Redis is at it, it does nothing else. */
const BATCH = 64
const END_BYTES = 262_144

export type ShadowLane = ReturnType<typeof createShadowLane>

/** Project, task, status, request, revision, result and attempts of one that has no record. */
const NO_RECORD = ['', '', '', '', '', '', '']

const textOf = ({ parent, revision }: ShadowEntry): string => `${parent} ${revision}`

/**
 * The only owner of shadow runs: of those that wait, beside the queue and never in it, of those that workers have, and of
 * the records of those that have ended. Each ends once, whoever is killed when.
 */
export function createShadowLane(redis: Redis, options: ShadowLaneOptions) {
  const mostPerShard = Math.ceil(options.shadowQueueMax / options.shards)
  const mostBytes = Math.ceil(options.shadowKeptBytes / options.shards)
  const retention = Math.ceil(options.shadowRetention * 1000)

  const leaveTogether = inBatches({
    ...{ most: BATCH, mostWeight: BATCH, gatherMs: GATHER_MS },
    async send(shard, entries: readonly string[]) {
      const left = (await leave(redis, [shardKeys(shard).prefix], [mostPerShard, ...entries])) as number
      return entries.map((_, at) => at < left)
    },
  })

  const endTogether = inBatches({
    ...{ most: BATCH, mostWeight: END_BYTES, gatherMs: GATHER_MS },
    async send(shard, endings: readonly (readonly string[])[]) {
      const now = sharedNow()
      const args = [retention, keptUntil(now, retention), now, mostBytes, ...endings.flat()]
      return (await end(redis, [shardKeys(shard).prefix], args)) as number[]
    },
  })

  /** True when it was this process's until now. */
  async function finish(entry: ShadowEntry, fields: readonly string[]): Promise<boolean> {
    const all = [textOf(entry), ...fields]
    const weight = all.reduce((sum, { length }) => sum + length, 0)
    return (await endTogether(shardOf(entry.parent), all, weight)) === 1
  }

  return {
    /** False when too many wait: then it is not made. */
    leave: (entry: ShadowEntry): Promise<boolean> => leaveTogether(shardOf(entry.parent), textOf(entry), 1),

    /** Counts one that is not made. */
    async count(entry: ShadowEntry, delta: ShadowDelta): Promise<void> {
      await redis.rpush(totalKeys(shardOf(entry.parent)).deltas, JSON.stringify(delta))
    },

    /** Takes some for this process, unless callers' runs wait. `left`: how many still wait. */
    async take(shard: number, most: number): Promise<{ taken: TakenShadow[]; left: number }> {
      const now = sharedNow()
      const reply = await take(redis, [shardKeys(shard).prefix], [now, now + options.leaseMs, most])
      const [left, ...entries] = reply as [number, ...(string | number)[]]
      const taken: TakenShadow[] = []
      for (let at = 0; at < entries.length; at += 2) {
        const [parent = '', revision = ''] = String(entries[at]).split(' ')
        taken.push({ parent, revision, lost: entries[at + 1] === 1 })
      }
      return { taken, left }
    },

    /** Says that this process still has them. */
    async extend(shard: number, entries: readonly ShadowEntry[]): Promise<void> {
      const until = sharedNow() + options.leaseMs
      const members = entries.flatMap((entry) => [until, textOf(entry)])
      if (members.length > 0) await redis.zadd(shardKeys(shard).shadowsTaken, 'XX', ...members)
    },

    /** Gives one back of which nothing was done yet: it is taken next. */
    async giveBack(entry: ShadowEntry): Promise<void> {
      await finish(entry, ['1', '', '', ...NO_RECORD])
    },

    /**
     * Ends one: with what it adds to the totals, and with its record, if it has made any. False when it is not this
     * process's any more.
     */
    end(entry: ShadowEntry, delta: ShadowDelta | null, ended: EndedShadow | null): Promise<boolean> {
      const added = ['', delta ? JSON.stringify(delta) : '']
      if (!ended) return finish(entry, [...added, '', ...NO_RECORD])
      const { request, result, attempts } = ended
      return finish(entry, [
        ...[...added, request.id, request.project, request.task, result.status, requestToText(request)],
        ...[entry.revision, resultToText(result), toLines(attempts)],
      ])
    },

    /** How many wait, and how many workers have. */
    async waiting(): Promise<{ waiting: number; running: number }> {
      const shards = Array.from({ length: options.shards }, (_, shard) => shardKeys(shard))
      const counts = await Promise.all(
        shards.map(async ({ shadows, shadowsTaken }) => [
          await redis.llen(shadows),
          await redis.zcard(shadowsTaken),
        ]),
      )
      const sum = (which: 0 | 1) => counts.reduce((all, each) => all + (each[which] ?? 0), 0)
      return { waiting: sum(0), running: sum(1) }
    },
  }
}
