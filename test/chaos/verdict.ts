import type { RunRecord } from '../../src/runs/run.ts'
import type { Audit } from './audit.ts'
import type { Sightings } from './caller.ts'
import type { ChaosOutcome } from './chaos.ts'
import type { CallComparison } from './compare-calls.ts'
import type { DrillOutcome } from './drill-stop.ts'
import type { Strike } from './faults/inject-faults.ts'

/** A line of the table; `bad` holds what must not be. */
export interface Line {
  readonly name: string
  readonly value: string | number
  readonly note?: string
  readonly bad?: readonly string[]
}

const mustBeNone = (name: string, bad: readonly string[]): Line => ({ name, value: bad.length, bad })

/** The outcome of chaos as a table. */
export function tabulateChaos(outcome: ChaosOutcome): Line[] {
  const { audit, limits, sightings, strikes, refusals, crashes, modelCalls, calls } = outcome
  const counts = Object.entries(modelCalls).map(([what, count]) => `${what} ${count}`)
  const slowest = slowestRecovery(audit.records, strikes)
  return [
    ...tabulateRuns(audit, sightings),
    ...tabulateCalls(calls, counts.join(', ')),
    {
      name: 'calls that the model refused',
      value: modelCalls['refused'] ?? 0,
      note: Object.entries(refusals).map(describeRefusal).join(', ') || 'it knew all that it was sent',
    },
    {
      name: 'calls cut off',
      value: sightings.broken.length,
      note: `${sightings.refused} told to try again`,
    },
    ...(limits ? tabulateLimits(limits, sightings) : []),
    { name: 'runs watched to their end', value: sightings.watched },
    { name: 'faults', value: strikes.length, note: countsOf(strikes.map(describeStrike)) },
    mustBeNone(
      'stops that went wrong',
      strikes.flatMap(({ badExits }) => badExits),
    ),
    { name: 'processes that crashed', value: crashes },
    {
      name: 'slowest recovery',
      value: `${(slowest.ms / 1000).toFixed(1)} s`,
      note: `after ${slowest.after}`,
    },
  ]
}

const describeRefusal = ([name, value]: readonly [string, string]): string =>
  `${name.replace('SPLITRUN_SIMULATED_', '').toLowerCase()} ${value}`

function tabulateLimits({ drawn, audit }: NonNullable<ChaosOutcome['limits']>, { spent }: Sightings): Line[] {
  return [
    { name: 'limits', value: 'on', note: JSON.stringify(drawn).replaceAll('"', '') },
    mustBeNone('leases leaked', audit.leases),
    mustBeNone('places of projects leaked', audit.places),
    {
      name: 'budgets',
      value: audit.budgets.length === 0 ? 'exact' : 'WRONG',
      note: `${audit.frugal} spent of the small one; ${spent} calls told so`,
      bad: audit.budgets,
    },
    mustBeNone('hard budgets exceeded', audit.exceeded),
  ]
}

function tabulateCalls(calls: CallComparison, counts?: string): Line[] {
  return [
    { name: 'model calls, by the model', value: calls.seen, ...(counts ? { note: counts } : {}) },
    { name: 'model calls, by the ledgers', value: calls.attempts },
    {
      name: 'possible duplicate calls',
      value: calls.lost,
      note: `attempts of lost workers; the model saw ${calls.lostAndSeen} of them`,
    },
    { name: 'calls broken off and repeated', value: calls.handedBack, note: 'by workers that stopped' },
    mustBeNone('runs whose calls differ', calls.unexplained),
  ]
}

/** A call held for so long had been accepted, so that a process that stops owes it an answer; ms. */
const SURELY_ACCEPTED = 1000

/** The outcome of a drill as a table. */
export function tabulateDrill({ audit, sightings, calls, stops, handedBack }: DrillOutcome): Line[] {
  const slowest = Math.max(...stops.map(({ ms }) => ms))
  const cutOff = sightings.broken.filter((heldMs) => heldMs > SURELY_ACCEPTED)
  return [
    ...tabulateRuns(audit, sightings),
    { name: 'stops', value: stops.length, note: `the slowest took ${(slowest / 1000).toFixed(1)} s` },
    mustBeNone(
      'stops that did not exit 0',
      stops.flatMap(({ name, code, ms }) => (code === 0 ? [] : [`${name}: ${code} after ${ms} ms`])),
    ),
    { name: 'runs handed back', value: handedBack },
    ...tabulateCalls(calls),
    mustBeNone('attempts used up by a stop', calls.lost > 0 ? [`${calls.lost} attempts`] : []),
    mustBeNone(
      'waiting calls cut off',
      cutOff.map((heldMs) => `one held for ${heldMs} ms`),
    ),
  ]
}

function tabulateRuns({ ended, ...audit }: Audit, sightings: Sightings): Line[] {
  return [
    { name: 'accepted', value: audit.accepted },
    { name: 'succeeded', value: ended.succeeded },
    { name: 'failed', value: ended.failed, note: reasonsOf(audit.records) },
    { name: 'cancelled', value: ended.cancelled },
    { name: 'expired', value: ended.expired },
    mustBeNone('lost', audit.lost),
    mustBeNone('settled twice', audit.settledTwice),
    mustBeNone('stuck', audit.stuck),
    mustBeNone('made twice for one caller', audit.madeTwice),
    mustBeNone('files lost', audit.lostFiles),
    mustBeNone('left over in the queue', audit.leftOver),
    mustBeNone('answers unlike the record', audit.contradictions),
    mustBeNone('answers nobody should see', sightings.unexpected),
    mustBeNone('calls that hung', sightings.hung),
    {
      name: 'rollups',
      value: audit.rollupErrors.length === 0 ? 'exact' : 'WRONG',
      note: `${audit.tokens.input} tokens in, ${audit.tokens.output} out`,
      bad: audit.rollupErrors,
    },
  ]
}

/** True when nothing is there that must not be. */
export const isGood = (lines: readonly Line[]): boolean => lines.every(({ bad = [] }) => bad.length === 0)

export function printTable(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(({ name }) => name.length))
  return lines
    .flatMap(({ name, value, note, bad = [] }) => [
      `${name.padEnd(width)}  ${String(value).padStart(7)}${note ? `   ${note}` : ''}`,
      ...bad.slice(0, 10).map((offender) => `${' '.repeat(width)}  ! ${offender}`),
    ])
    .join('\n')
}

/** Whom a fault struck, and how, for a person. */
export function describeStrike({ fault: { kind, targets }, form }: Strike): string {
  const several = targets.includes('redis') ? 'redis' : 'all workers'
  const whom = targets.length > 1 ? several : targets[0]?.replace(/ \d+$/, '')
  return `${whom} ${kind}${form ? ` (${form})` : ''}`
}

function countsOf(names: readonly string[]): string {
  const groups = Map.groupBy(names, (name) => name)
  return [...groups].map(([name, all]) => `${name} ${all.length}`).join(', ')
}

const reasonsOf = (records: readonly RunRecord[]): string =>
  countsOf(
    records.flatMap(({ status, result }) => (status === 'failed' ? [result?.error?.reason ?? '?'] : [])),
  )

/** The longest that a run took to end once the last fault it lived through was over. */
function slowestRecovery(
  records: readonly RunRecord[],
  strikes: readonly Strike[],
): { ms: number; after: string } {
  let slowest = { ms: 0, after: 'no fault' }
  for (const { request, result } of records) {
    const settled = result?.settled ?? 0
    const lived = strikes.filter(({ began, over }) => began <= settled && (over ?? 0) >= request.created)
    for (const last of lived.toSorted((one, other) => (other.over ?? 0) - (one.over ?? 0)).slice(0, 1)) {
      const ms = settled - (last.over ?? settled)
      if (ms > slowest.ms) slowest = { ms, after: `${describeStrike(last)} (run ${request.id})` }
    }
  }
  return slowest
}
