import { isDeepStrictEqual } from 'node:util'
import type { Core } from '../../src/compose/compose-core.ts'
import type { Redis } from '../../src/platform/redis/redis.ts'
import { deltaOfRun } from '../../src/runs/execute/delta-of-run.ts'
import { presentRun } from '../../src/runs/present-run.ts'
import { type FinalStatus, isFinal, type RunRecord } from '../../src/runs/run.ts'
import { shardKeys } from '../../src/runs/store/run-keys.ts'
import { addDelta } from '../../src/totals/add-delta.ts'
import { FieldSums } from '../../src/totals/rollup.ts'
import { totalKeys } from '../../src/totals/total-keys.ts'
import { allKeys } from '../support/all-keys.ts'
import type { RunResponse, Sightings } from './caller.ts'
import { sentFile } from './sent-file.ts'
import { type RunHistory, readRunHistories, timesEnded } from './write-history.ts'

/** What became of all runs. Lists name the offenders, by run id or in words; each of them should be empty. */
export interface Audit {
  readonly records: readonly RunRecord[]
  /** What Redis wrote of each of them, by id. */
  readonly histories: ReadonlyMap<string, RunHistory>
  /** Runs that a caller was told of, or that exist. */
  readonly accepted: number
  readonly ended: Readonly<Record<FinalStatus, number>>
  /** Accepted, and now there is no record. */
  readonly lost: readonly string[]
  /** Accepted, and not ended when the patience was over. */
  readonly stuck: readonly string[]
  /** Runs that ended more than once, by Redis's own log of writes. */
  readonly settledTwice: readonly string[]
  /** Files of runs that are gone or changed. */
  readonly lostFiles: readonly string[]
  /** What the store still counts as queued or running. */
  readonly leftOver: readonly string[]
  /** Answers with an ended run that differ from its record. */
  readonly contradictions: readonly string[]
  /** Callers for whom more than one run was made. */
  readonly madeTwice: readonly string[]
  /** Rollup fields that are not the sum over the records. */
  readonly rollupErrors: readonly string[]
  readonly tokens: { readonly input: number; readonly output: number }
}

/** Every id that the callers were told, and that the project lists. */
export async function acceptedIds(core: Core, project: string, sightings: Sightings): Promise<string[]> {
  const ids = new Set(sightings.answers.map(({ id }) => id))
  let page: string[] = []
  do {
    page = await core.runs.ids(project, {}, page.at(-1) ?? null, 1000)
    for (const id of page) ids.add(id)
  } while (page.length > 0)
  return [...ids]
}

/** The ids of those that have not ended; one that is gone counts as ended. */
export async function unfinished(core: Core, ids: readonly string[]): Promise<string[]> {
  const records = await core.runs.getMany(ids)
  return ids.filter((_, index) => {
    const record = records[index]
    return record && !isFinal(record.status)
  })
}

export async function audit(
  core: Core,
  redisDir: string,
  project: string,
  sightings: Sightings,
): Promise<Audit> {
  const ids = await acceptedIds(core, project, sightings)
  const found = await core.runs.getMany(ids)
  const records = found.filter((record) => record !== null)
  const histories = await readRunHistories(redisDir, core.config.shards)
  const ended = (status: FinalStatus) => records.filter((record) => record.status === status).length
  const references = Map.groupBy(records, ({ request }) => request.reference ?? request.id)
  const sum = (count: (record: RunRecord) => number) => records.reduce((all, each) => all + count(each), 0)
  return {
    records,
    histories,
    accepted: ids.length,
    ended: {
      succeeded: ended('succeeded'),
      failed: ended('failed'),
      cancelled: ended('cancelled'),
      expired: ended('expired'),
    },
    lost: ids.filter((_, index) => !found[index]),
    stuck: records.filter(({ status }) => !isFinal(status)).map(({ request }) => request.id),
    settledTwice: ids.filter((id) => timesEnded(histories.get(id)?.statuses ?? []) > 1),
    lostFiles: await lostFiles(core, records),
    leftOver: await leftOver(core),
    contradictions: contradictions(records, sightings.answers),
    madeTwice: [...references].filter(([, runs]) => runs.length > 1).map(([reference]) => reference),
    rollupErrors: await rollupErrors(core, records),
    tokens: {
      input: sum(({ result }) => result?.inputTokens ?? 0),
      output: sum(({ result }) => result?.outputTokens ?? 0),
    },
  }
}

async function lostFiles({ files }: Core, records: readonly RunRecord[]): Promise<string[]> {
  const sent = await Promise.all((['photo', 'letter'] as const).map(sentFile))
  const lost: string[] = []
  for (const { request, result } of records) {
    for (const name of request.files) {
      const found = await files.read(request.id, name)
      const same = sent.find(({ stored }) => name.endsWith(`.${stored}`))
      if (!same || !found?.equals(same.bytes))
        lost.push(`${request.id}: ${name} ${found ? 'is another' : 'is gone'}`)
    }
    const made = result?.outputFile
    const { bytes } = (made ? result.response : {}) as { bytes?: number }
    if (made && (await files.size(request.id, made)) !== bytes) {
      lost.push(`${request.id}: ${made}, which it answers with, is not what it was`)
    }
  }
  return lost
}

/** When all runs have ended, no index and no count of unfinished ones holds anything, and nothing that one said is left. */
async function leftOver({ redis, config }: Core): Promise<string[]> {
  const perShard = Array.from({ length: config.shards }, async (_, shard) => {
    const keys = shardKeys(shard)
    const listed = [
      ...(await redis.zrange(keys.enqueued, '0', '-1')),
      ...(await redis.zrange(keys.running, '0', '-1')),
      ...(await redis.zrange(keys.deferred, '0', '-1')),
      ...(await redis.zrange(keys.expiring, '0', '-1')),
    ]
    const counted = Object.entries(await redis.hgetall(keys.enqueuedCounts)).filter(
      ([, count]) => count !== '0',
    )
    return [...listed, ...counted.map(([project, count]) => `${count} counted for ${project}`)]
  })
  return [...(await Promise.all(perShard)).flat(), ...(await textsLeft(redis))]
}

/** Of a key that is there and never expires. One that has expired since it was listed has -2. */
const FOR_EVER = -1

/** What a run said outlives it by some seconds. */
async function textsLeft(redis: Redis): Promise<string[]> {
  const texts = await allKeys(redis, '*:live:*')
  const left = await Promise.all(texts.map(async (text) => Number(await redis.pttl(text))))
  return texts.flatMap((text, at) => {
    const ms = left[at] ?? FOR_EVER
    return ms === FOR_EVER || ms > 10_000 ? [`${text} for ${ms} ms`] : []
  })
}

/** A caller that was told how its run ended was told what the record says, to the last field. */
function contradictions(records: readonly RunRecord[], answers: readonly RunResponse[]): string[] {
  const byId = new Map(
    records.map((record) => [record.request.id, JSON.parse(JSON.stringify(presentRun(record)))]),
  )
  return answers.flatMap(({ id, status, run }) => {
    if (!run?.done || isDeepStrictEqual(run, byId.get(id))) return []
    return [`${id} (answered with ${status}): ${differences({ ...run }, byId.get(id) ?? {})}`]
  })
}

function differences(told: Record<string, unknown>, recorded: Record<string, unknown>): string {
  const names = [...new Set([...Object.keys(told), ...Object.keys(recorded)])]
  return names
    .filter((name) => !isDeepStrictEqual(told[name], recorded[name]))
    .map((name) => `${name} ${JSON.stringify(told[name])}, not ${JSON.stringify(recorded[name])}`)
    .join('; ')
}

/** The rollups are what the records add up to: for ever, by day and by hour, each field of each of them. */
async function rollupErrors(core: Core, records: readonly RunRecord[]): Promise<string[]> {
  const { redis, config } = core
  const totals = new Map<string, FieldSums>()
  for (const { request, revision, split, result, attempts } of records) {
    if (!result) continue
    const drawn = { revision: revision ?? request.revision, split }
    const delta = await deltaOfRun(core, request, drawn, result, attempts)
    addDelta(delta, (name, period) => {
      const of = `${period?.text ?? 'for ever'} ${name}`
      const sums = totals.get(of) ?? new FieldSums()
      totals.set(of, sums)
      return sums
    })
  }
  const expected = new Map(
    [...totals].flatMap(([of, sums]) =>
      sums.all().map(([field, sum]): [string, number] => [`${of} ${field}`, sum]),
    ),
  )
  await core.rollups.merge()
  const actual = new Map<string, number>()
  for (let shard = 0; shard < config.shards; shard += 1) {
    const prefix = totalKeys(shard).rollup('')
    for (const key of await redis.keys(`${prefix}*`)) {
      const [name = '', day = 'for ever'] = key.slice(prefix.length).split(':')
      for (const [field, value] of Object.entries(await redis.hgetall(key))) {
        const at = `${day} ${name} ${field}`
        actual.set(at, (actual.get(at) ?? 0) + Number(value))
      }
    }
  }
  const wrong = [...new Set([...expected.keys(), ...actual.keys()])].filter(
    (at) => expected.get(at) !== actual.get(at),
  )
  // Counts of runs first: they tell whose all the others are.
  const isCount = (at: string): number => Number(at.includes(' runs:'))
  return wrong
    .sort((one, other) => isCount(other) - isCount(one))
    .map((at) => `${at}: ${actual.get(at) ?? 0}, the runs add up to ${expected.get(at) ?? 0}`)
}
