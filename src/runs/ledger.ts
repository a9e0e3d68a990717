import type { Attempt } from './run.ts'

/** What is known about a model call when it ends. */
export interface AttemptEnd {
  readonly outcome: string
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
}

/**
 * The attempts of one run, as one claim sees them. An attempt is open while its model call may be under way; one
 * that an earlier claim left open is lost: nobody knows whether its model was paid.
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

  /** The model that the open attempt asks, from now on: its inputs are prepared. */
  asks(model: string): void {
    const open = this.#attempts.pop()
    if (open) this.#attempts.push({ ...open, model, started: Date.now() })
  }

  isOpen(): boolean {
    return this.#attempts.at(-1)?.outcome === 'open'
  }

  /** Ends the open attempt whose call was broken off: the model may have been paid, nobody knows how much. */
  breakOff(outcome: 'cancelled' | 'expired'): void {
    const open = this.isOpen() ? this.#attempts.pop() : undefined
    if (open) this.#attempts.push({ ...open, outcome, ended: Date.now() })
  }

  close(end: AttemptEnd): void {
    const open = this.#attempts.pop()
    if (open) this.#attempts.push({ ...open, ...end, ended: Date.now() })
  }

  /** Takes the open attempt back: no call was made for it, or its call was broken off and is to be made again. */
  drop(): void {
    if (this.isOpen()) this.#attempts.pop()
  }

  all(): readonly Attempt[] {
    return this.#attempts
  }

  /** True when a worker was lost while its model call may have been under way. */
  hasLost(): boolean {
    return this.#attempts.some((attempt) => attempt.outcome === 'lost')
  }

  /** How many calls of a model gave no answer. */
  failuresOf(model: string): number {
    return this.#attempts.filter((attempt) => attempt.model === model && !ANSWERED.has(attempt.outcome))
      .length
  }
}

/** Outcomes of calls that the model answered, and of those that were broken off. */
const ANSWERED = new Set(['succeeded', 'invalid', 'open', 'cancelled', 'expired'])
