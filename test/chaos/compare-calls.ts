import type { RunRecord } from '../../src/runs/run.ts'
import type { RunHistory } from './write-history.ts'

/** The model server's own count of calls against the ledgers, run by run. */
export interface CallComparison {
  /** Calls that the model saw. */
  readonly seen: number
  /** Attempts in the ledgers. */
  readonly attempts: number
  /** Those of them whose worker was lost: nobody knows whether the model was paid for nothing. */
  readonly lost: number
  /** How many of these calls the model did see: so often it was paid for nothing. */
  readonly lostAndSeen: number
  /** Calls that the model saw and no ledger holds, because a worker that stopped handed the run back: that is free. */
  readonly handedBack: number
  /** Runs of which the model saw more calls than these two explain, or fewer than it is said to have answered. */
  readonly unexplained: readonly string[]
}

/** Outcomes of attempts that only a model which was called can bring about. */
const ANSWERED = new Set(['succeeded', 'invalid', 'rate_limited', 'server_error'])

/**
 * What the model counts and no attempt has to explain: calls that their client left are there a second time, as
 * `aborted`; one that was `refused`, for a member that the model does not know, is asked again without it and costs
 * nothing.
 */
const NO_CALLS = ['aborted', 'refused']

/**
 * @param marks what the model counted by the mark in a run's inputs, which is the run's `reference`
 */
export function compareCalls(
  records: readonly RunRecord[],
  histories: ReadonlyMap<string, RunHistory>,
  marks: Readonly<Record<string, Readonly<Record<string, number>>>>,
): CallComparison {
  const total = { seen: 0, attempts: 0, lost: 0, lostAndSeen: 0, handedBack: 0 }
  const unexplained: string[] = []
  const byReference = Map.groupBy(records, ({ request }) => request.reference ?? '')
  for (const reference of new Set([...byReference.keys(), ...Object.keys(marks)])) {
    const runs = byReference.get(reference) ?? []
    const attempts = runs.flatMap((run) => run.attempts)
    const outcomes = (are: (outcome: string) => boolean) =>
      attempts.filter(({ outcome }) => are(outcome)).length
    const lost = outcomes((outcome) => outcome === 'lost')
    const answered = outcomes((outcome) => ANSWERED.has(outcome))
    const withdrawn = runs.reduce((sum, { request }) => sum + (histories.get(request.id)?.withdrawn ?? 0), 0)
    const seen = Object.entries(marks[reference] ?? {}).reduce(
      (sum, [what, count]) => sum + (NO_CALLS.includes(what) ? 0 : count),
      0,
    )
    const beyond = Math.max(0, seen - attempts.length)
    total.seen += seen
    total.attempts += attempts.length
    total.lost += lost
    total.lostAndSeen += Math.max(0, Math.min(lost, seen - (attempts.length - lost)))
    total.handedBack += Math.min(beyond, withdrawn)
    if (beyond > withdrawn || seen < answered) {
      const ledger = attempts.map(({ outcome }) => outcome).join(', ')
      unexplained.push(
        `${reference}: the model saw ${seen}, ${withdrawn} were handed back, the ledger has: ${ledger}`,
      )
    }
  }
  return { ...total, unexplained }
}
