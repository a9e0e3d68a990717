import { sharedNow } from '../platform/clock.ts'
import type { Attempt } from './run.ts'

/** The end of a model call, as the ledger records it. */
export interface AttemptEnd {
  readonly outcome: string
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
}

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

  /** Opens an attempt. It has to be stored before its call is made. */
  open(started: number): void {
    this.#attempts.push({
      number: this.#attempts.length + 1,
      fence: this.#fence,
      worker: this.#worker,
      started,
      ended: null,
      outcome: 'open',
      model: null,
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

  /** Ends the open attempt whose call was aborted. The model may have charged for it; how much is not known. */
  abort(outcome: 'cancelled' | 'expired'): void {
    const open = this.isOpen() ? this.#attempts.pop() : undefined
    if (open) this.#attempts.push({ ...open, outcome, ended: sharedNow() })
  }

  close(end: AttemptEnd): void {
    const open = this.#attempts.pop()
    if (open) this.#attempts.push({ ...open, ...end, ended: sharedNow() })
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

  /** How many calls of a model failed. */
  failuresOf(model: string): number {
    return this.#attempts.filter((attempt) => attempt.model === model && !NOT_FAILED.has(attempt.outcome))
      .length
  }
}

/** Outcomes of calls that gave a completion, that are in flight, and that were aborted. */
const NOT_FAILED = new Set(['succeeded', 'invalid', 'open', 'cancelled', 'expired'])
