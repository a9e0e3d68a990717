/**
 * The next call is too far away to wait for: the run goes back to the queue, for some time or until its model has room,
 * and other runs get its place in this worker.
 */
export class Deferred extends Error {
  override readonly name = 'Deferred'
  /** How long the run is deferred; 0 when it only waits until its model has room. */
  readonly ms: number
  /** The model that the run waits for: its lane, see `laneOf`. */
  readonly model: string
  /** True when a limit of the fleet is what the run waits for. */
  readonly onLimit: boolean

  constructor(ms: number, model: string, onLimit = false) {
    super(`deferred for ${Math.round(ms)} ms`)
    this.ms = ms
    this.model = model
    this.onLimit = onLimit
  }
}

/** The model's server asks for a longer wait than the run has time for, so that no call of it is made. */
export class LongWait extends Error {
  override readonly name = 'LongWait'
  readonly waitMs: number

  constructor(waitMs: number) {
    super(`the server asks for a wait of ${Math.round(waitMs)} ms`)
    this.waitMs = waitMs
  }
}

/** A limit is in the way of a call whose caller does not want to wait for one. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached'
  /** When it may be tried again, in ms, as far as is known. */
  readonly waitMs: number

  constructor(waitMs: number) {
    super('a limit is reached')
    this.waitMs = waitMs
  }
}

/** A hard budget has no room for a call. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded'
  readonly budget: string
  /** Seconds until it begins anew. */
  readonly retryAfter: number

  constructor(budget: string, retryAfter: number) {
    super(`${budget} has no room for a call`)
    this.budget = budget
    this.retryAfter = retryAfter
  }
}
