import type { FailureCounts } from '../models/protocol/retry.ts'
import { sharedNow } from '../platform/clock.ts'
import type { Attempt } from './run.ts'

/** The end of a model call, as the ledger records it. */
export type AttemptEnd = Pick<Attempt, 'outcome' | 'inputTokens' | 'outputTokens'> &
  Omit<Attempt, 'number' | 'fence' | 'worker' | 'started' | 'ended' | 'model' | 'gaveUp'> & {
    readonly model: string
  }

/** A server that asks for a second each time could put a run off for days: of these attempts, so many are kept. */
export const MOST_PUT_OFF = 20

/**
 * The attempts of one run, as one claim sees them. An attempt is open while its model call may be in flight. One that an
 * earlier claim left open is lost: it is not known whether the model charged for it.
 */
export class Ledger {
  readonly #attempts: Attempt[]
  readonly #fence: number
  readonly #worker: string

  constructor(earlier: readonly Attempt[], fence: number, worker: string) {
    this.#attempts = earlier.map((attempt) =>
      attempt.outcome === 'open' ? { ...attempt, outcome: 'lost' } : attempt,
    )
    this.#fence = fence
    this.#worker = worker
  }

  /** Opens an attempt. It has to be stored before its call is made. `model`: where that is known already. */
  open(started: number, model: string | null = null): void {
    this.#attempts.push({
      number: (this.#attempts.at(-1)?.number ?? 0) + 1,
      fence: this.#fence,
      worker: this.#worker,
      started,
      ended: null,
      outcome: 'open',
      model,
      inputTokens: 0,
      outputTokens: 0,
    })
  }

  /** Sets the model of the open attempt, and starts its time: the inputs are prepared, and the call is made next. */
  setModel(model: string): void {
    const open = this.#attempts.pop()
    if (open) this.#attempts.push({ ...open, model, started: sharedNow() })
  }

  isOpen(): boolean {
    return this.#attempts.at(-1)?.outcome === 'open'
  }

  /** True when a model was asked, by this claim or an earlier one. */
  hasClosed(): boolean {
    return this.#attempts.some(({ outcome }) => outcome !== 'open')
  }

  /** Notes what is known of the open attempt, whose call is aborted. */
  amend(known: Partial<AttemptEnd>): void {
    const open = this.isOpen() ? this.#attempts.pop() : undefined
    if (open) this.#attempts.push({ ...open, ...known })
  }

  /** Says of each lost attempt of which nothing is known yet what it may have cost. */
  estimateLost(
    estimate: (model: string | null) => Pick<Attempt, 'model' | 'possibleCredits' | 'inexact'>,
  ): void {
    for (const [at, attempt] of this.#attempts.entries()) {
      if (attempt.outcome === 'lost' && attempt.possibleCredits === undefined) {
        this.#attempts[at] = { ...attempt, ...estimate(attempt.model) }
      }
    }
  }

  /** Ends the open attempt whose call was aborted. The model may have charged for it. */
  abort(outcome: 'cancelled' | 'expired'): void {
    const open = this.isOpen() ? this.#attempts.pop() : undefined
    if (open) this.#attempts.push({ ...open, outcome, ended: sharedNow() })
  }

  close(end: AttemptEnd): void {
    const open = this.#attempts.pop()
    if (open) this.#attempts.push({ ...open, ...end, ended: sharedNow() })
    if (!end.putOff) return
    const putOff = this.#attempts.filter((attempt) => attempt.putOff)
    const oldest = putOff.length > MOST_PUT_OFF ? putOff[0] : undefined
    if (oldest) this.#attempts.splice(this.#attempts.indexOf(oldest), 1)
  }

  /** Marks the last attempt: its model is given up, also by later claims. */
  giveUp(reason: string): void {
    const last = this.#attempts.pop()
    if (last) this.#attempts.push({ ...last, gaveUp: reason })
  }

  /** The reason that a model was given up for, by this claim or an earlier one; null when it was not. */
  gaveUp(model: string): string | null {
    return this.#attempts.find((attempt) => attempt.model === model && attempt.gaveUp)?.gaveUp ?? null
  }

  /** Removes the open attempt: no call was made for it, or its call was aborted and will be made again. */
  drop(): void {
    if (this.isOpen()) this.#attempts.pop()
  }

  all(): readonly Attempt[] {
    return this.#attempts
  }

  /** True when a worker was lost while its model call may have been in flight. */
  hasLost(): boolean {
    return this.#attempts.some((attempt) => attempt.outcome === 'lost')
  }

  /** How many calls of a model failed: in all, without those that were put off or wait for it to be loaded; and so. */
  failuresOf(model: string, outcome?: string): FailureCounts {
    const failed = this.#attempts.filter(
      (attempt) => attempt.model === model && !attempt.putOff && !NOT_FAILED.has(attempt.outcome),
    )
    return {
      all: failed.filter((attempt) => attempt.outcome !== 'loading').length,
      ofKind: failed.filter((attempt) => attempt.outcome === outcome).length,
    }
  }

  /** How many answers of a model were no response, in all claims. */
  invalidOf(model: string): number {
    return this.#attempts.filter((attempt) => attempt.model === model && attempt.outcome === 'invalid').length
  }
}

/** Outcomes of calls that gave a completion, that are in flight, that were aborted, and of which nothing is known. */
const NOT_FAILED = new Set(['succeeded', 'invalid', 'open', 'cancelled', 'expired', 'lost'])
