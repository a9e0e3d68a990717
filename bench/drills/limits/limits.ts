import { setTimeout as pause } from 'node:timers/promises'
import type { LimitedServerSeen } from '../../../test/support/limited-server.ts'
import type { Cleanup } from '../../../test/support/system.ts'
import type { Drill, Statement } from '../../drill.ts'
import { keepBusy, type LimitStage, startLimitStage, submit, timeUntil } from './limit-stage.ts'
import { leasesOf, refusalsOf, tokensOf } from './read-limits.ts'

const WORKERS = 8
const REQUESTS = 600
const TOKENS = 90_000
const PLACES = 24
const LEARNED = 300
const SHARED = 60_000
const MODELS = [
  {
    ...{ name: 'by-requests', server: { requests: REQUESTS, latencyMs: 150 } },
    limits: { requests_per_minute: REQUESTS },
  },
  {
    ...{ name: 'by-tokens', server: { tokens: TOKENS, latencyMs: 150 } },
    limits: { tokens_per_minute: TOKENS },
  },
  { name: 'learned', limits: 'auto', server: { requests: LEARNED, latencyMs: 150, says: true } },
  {
    ...{ name: 'by-places', server: { concurrent: PLACES, latencyMs: 1000 } },
    limits: { concurrent: PLACES },
  },
  { name: 'small', limits: { tokens_per_minute: 100 }, server: { tokens: 100 } },
  { name: 'shared', limits: { tokens_per_minute: SHARED }, server: { tokens: SHARED, latencyMs: 150 } },
]
const MOST_REFUSED = 0.001
const LEAST_USED = 0.95
const ESTIMATE_WITHIN = 0.25
const BACK_WITHIN_MS = 10_000
const FAIR_WITHIN = 1.25
const BEFORE_BATCH_MS = 3000

interface Found {
  readonly row: readonly string[]
  readonly statements: readonly Statement[]
}

/** Limits that eight worker processes keep together, against servers that enforce the same ones. */
export const drillLimits: Drill = async ({ quick, say }) => {
  const cleanups: (() => Promise<void> | void)[] = []
  const t: Cleanup = { after: (clean) => void cleanups.push(clean) }
  try {
    const stage = await startLimitStage(t, MODELS, WORKERS)
    say(`${WORKERS} workers are up`)
    const seconds = quick ? 10 : 40
    const rates = await Promise.all([
      drillRate(stage, 'by-requests', seconds, ({ served }) => served / REQUESTS),
      drillRate(stage, 'by-tokens', seconds, ({ tokens }) => tokens / TOKENS),
      drillRate(stage, 'learned', seconds, ({ served }) => served / LEARNED),
      drillSmall(stage),
    ])
    say('rates are measured')
    const fair = await drillFairness(stage, quick ? 10 : 30)
    say('fairness is measured')
    const killed = await drillKill(stage)
    say('half of the workers were killed')
    const found: readonly Found[] = [...rates, fair, killed]
    return {
      title: `Limits that ${WORKERS} worker processes keep together, at servers that enforce the same ones`,
      table: { head: ['', 'served', 'refused', 'of the limit used'], rows: found.map(({ row }) => [...row]) },
      statements: found.flatMap(({ statements }) => statements),
    }
  } finally {
    for (const clean of cleanups.toReversed()) await clean()
  }
}

/** A rate that is asked for more than it permits: what is used of it once its bucket is empty, and what is refused. */
async function drillRate(
  { fleet, seen, callOf }: LimitStage,
  model: string,
  seconds: number,
  minutesOf: (seen: LimitedServerSeen) => number,
): Promise<Found> {
  const load = keepBusy(await callOf(fleet.project, model, 'rate', 400), 100)
  // Then what there was of the bucket is used up.
  await timeUntil(async () => (await refusalsOf(fleet.redis.path, model)) > 50, 120_000)
  const before = await seen(model)
  const tokensBefore = await tokensOf(fleet.redis.path, model)
  const began = performance.now()
  await pause(seconds * 1000)
  const after = await seen(model)
  const tokens = await tokensOf(fleet.redis.path, model)
  const minutes = (performance.now() - began) / 60_000
  const outcomes = await load.stop()
  const last = await seen(model)
  const used = (minutesOf(after) - minutesOf(before)) / minutes
  const refused = last.refused / (last.served + last.refused)
  const off = (tokens.reserved - tokensBefore.reserved) / (tokens.used - tokensBefore.used) - 1
  const failed = Object.entries(outcomes).filter(([status]) => status !== '200')
  return {
    row: [model, String(last.served), String(last.refused), percent(used)],
    statements: [
      judge(`${model}: ${percent(refused, 2)} of the calls are refused`, refused <= MOST_REFUSED, '0.1 %'),
      judge(`${model}: ${percent(used)} of the limit is used`, used >= LEAST_USED, '95 %'),
      ...(Number.isFinite(off)
        ? [judge(`${model}: estimates are ${percent(off)} off`, Math.abs(off) <= ESTIMATE_WITHIN, '25 %')]
        : []),
      ...(failed.length > 0
        ? [judge(`${model}: callers got ${JSON.stringify(outcomes)}`, false, 'only 200')]
        : []),
    ],
  }
}

/** A first run that is larger than a minute's worth of its limit. */
async function drillSmall({ fleet, seen, callOf }: LimitStage): Promise<Found> {
  const call = await callOf(fleet.project, 'small', 'first', 2000)
  const began = performance.now()
  const answer = await fetch(call.url, { method: 'POST', headers: call.headers, body: String(call.body) })
  await answer.body?.cancel()
  const ms = performance.now() - began
  const { served, refused } = await seen('small')
  return {
    row: ['small', String(served), String(refused), ''],
    statements: [
      judge(
        `a first run on a limit of 100 tokens a minute: ${answer.status} after ${(ms / 1000).toFixed(1)} s`,
        answer.status === 200,
        'served',
      ),
    ],
  }
}

/** Two projects, one with calls of many times the tokens; and a run that somebody waits for beside a batch. */
async function drillFairness({ fleet, seen, callOf }: LimitStage, seconds: number): Promise<Found> {
  const other = await fleet.createProject()
  const batch = await callOf(await fleet.createProject(), 'shared', 'batch', 400)
  await submit(batch, 600)
  await timeUntil(async () => (await refusalsOf(fleet.redis.path, 'shared')) > 10, 60_000)
  const one = keepBusy(await callOf(fleet.project, 'shared', 'one', 400), 1)
  await pause(5000)
  await one.stop()
  const waited = one.latencies.toSorted((a, b) => a - b).at(Math.floor(one.latencies.length * 0.95)) ?? 0

  const large = keepBusy(await callOf(fleet.project, 'shared', 'large', 4000), 60)
  const tiny = keepBusy(await callOf(other, 'shared', 'tiny', 200), 60)
  const refusals = await refusalsOf(fleet.redis.path, 'shared')
  await timeUntil(async () => (await refusalsOf(fleet.redis.path, 'shared')) > refusals + 100, 60_000)
  await pause(5000)
  const before = await seen('shared')
  const began = performance.now()
  await pause(seconds * 1000)
  const after = await seen('shared')
  const minutes = (performance.now() - began) / 60_000
  await Promise.all([large.stop(), tiny.stop()])
  const tokens = (mark: string) => (after.tokensByMark[mark] ?? 0) - (before.tokensByMark[mark] ?? 0)
  const ratio = tokens('large') / tokens('tiny')
  const used = (after.tokens - before.tokens) / SHARED / minutes
  const { served, refused } = await seen('shared')
  return {
    row: ['shared', String(served), String(refused), percent(used)],
    statements: [
      judge(
        `beside a batch, 95 of 100 runs that somebody waits for take at most ${(waited / 1000).toFixed(1)} s`,
        waited <= BEFORE_BATCH_MS,
        '3 s',
      ),
      judge(
        `a project with calls of seven times the tokens gets ${ratio.toFixed(2)} times those of the other`,
        Math.max(ratio, 1 / ratio) <= FAIR_WITHIN,
        '1.25 times',
      ),
      judge(`shared: ${percent(used)} of the limit is used`, used >= LEAST_USED, '95 %'),
      judge(
        `shared: ${refused} of ${served + refused} calls are refused`,
        refused <= MOST_REFUSED * served,
        '0.1 %',
      ),
    ],
  }
}

/** Half of the workers are killed while all places are taken. */
async function drillKill({ fleet, seen, callOf }: LimitStage): Promise<Found> {
  const load = keepBusy(await callOf(fleet.project, 'by-places', 'kill', 200), 80)
  const isFull = async () => (await seen('by-places')).inFlight >= PLACES
  await timeUntil(isFull, 30_000)
  await pause(3000)
  for (const worker of fleet.workers.slice(0, WORKERS / 2)) await worker.stop()
  const began = performance.now()
  await timeUntil(async () => (await seen('by-places')).inFlight < PLACES * 0.75, 3000)
  await timeUntil(isFull, 30_000)
  const back = performance.now() - began
  const outcomes = await load.stop()
  const left = await leasesOf(fleet.redis.path, 'by-places')
  const { served, refused } = await seen('by-places')
  return {
    row: ['by-places', String(served), String(refused), ''],
    statements: [
      judge(
        `after half of the workers were killed, all places are used again after ${(back / 1000).toFixed(1)} s`,
        back <= BACK_WITHIN_MS,
        '10 s',
      ),
      judge(`callers got ${JSON.stringify(outcomes)}`, Object.keys(outcomes).join() === '200', 'only 200'),
      judge(`leases that are left: ${left}`, left === 0, '0'),
      judge(
        `by-places: ${refused} of ${served + refused} calls are refused`,
        refused <= MOST_REFUSED * served,
        '0.1 %',
      ),
    ],
  }
}

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`
const judge = (text: string, holds: boolean, wanted: string): Statement => ({
  text: `${text} (wanted: ${wanted})`,
  holds,
})
