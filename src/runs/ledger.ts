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

  close(end: AttemptEnd): void {
    const open = this.#attempts.pop()
    if (open) this.#attempts.push({ ...open, ...end, ended: Date.now() })
  }

  /** Takes the open attempt back: no call was made for it, or its call was broken off. */
  drop(): void {
    if (this.#attempts.at(-1)?.outcome === 'open') this.#attempts.pop()
  }

  all(): readonly Attempt[] {
    return this.#attempts
  }

  /** Of every attempt that is known, lost claims included. */
  tokens(): { input: number; output: number } {
    return this.#attempts.reduce(
      (sum, attempt) => ({
        input: sum.input + attempt.inputTokens,
        output: sum.output + attempt.outputTokens,
      }),
      { input: 0, output: 0 },
    )
  }
}
