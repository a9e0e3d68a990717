import { ModelError } from '../model-error.ts'

/** A call that waits longer is given back to the queue, where it takes the place of no other. */
export const LONGEST_HOLD_MS = 1000
/** Most runs of a lane that a worker claims before it knows whether there is room for them. */
const MOST_AHEAD = 32
const FIRST_AHEAD = 8
/** A timer of more fires at once. Servers whose quota is one of a month ask for such waits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

interface Waiter {
  /** When it came; earlier ones go first. */
  readonly number: number
  readonly began: number
  readonly turn: PromiseWithResolvers<boolean>
}

/**
 * The calls of one process that wait for the same limit, in their order. While there are any, one of them at a time asks
 * for room, and the next one only when that one got it.
 */
export class Lane {
  readonly #now: () => number
  #waiting: Waiter[] = []
  #closedUntil = 0
  #askedUntil = 0
  #timer: NodeJS.Timeout | undefined
  #ahead = FIRST_AHEAD
  #came = 0
  /** True while the calls in flight are in the way, so that the end of one opens the lane. */
  #onPlaces = false

  constructor(now: () => number) {
    this.#now = now
  }

  /** A number for a new call; calls are served in the order of their numbers. */
  enter(): { number: number; began: number } {
    this.#came += 1
    return { number: this.#came, began: this.#now() }
  }

  /** How many runs of the lane may be claimed now. */
  places(): number {
    return this.#isBusy() ? 0 : this.#ahead
  }

  /** True when nothing holds back its runs. */
  isFree(): boolean {
    return !this.#isBusy() && this.#ahead >= MOST_AHEAD
  }

  #isBusy(): boolean {
    return this.#waiting.length > 0 || this.#closedUntil > this.#now()
  }

  /** Ms until a call may try, as far as is known. */
  closedFor(): number {
    return Math.max(0, this.#closedUntil - this.#now())
  }

  /** Ms for which the server asked the whole fleet to wait; 0 where it did not. */
  askedFor(): number {
    return Math.max(0, this.#askedUntil - this.#now())
  }

  /** The server asked the fleet to wait for so long. */
  asked(ms: number): void {
    this.#askedUntil = this.#now() + ms
  }

  mustWait(): boolean {
    return this.#isBusy()
  }

  /** A call got what it asked for: the next one may try. */
  granted(): void {
    this.#ahead = Math.min(MOST_AHEAD, this.#ahead + 1)
    this.#next()
  }

  /** A call was refused: none tries for so long. Those that would wait too long for it are turned away. */
  close(ms: number, onPlaces: boolean): void {
    this.#onPlaces = onPlaces
    this.#closedUntil = Math.max(this.#closedUntil, this.#now() + ms)
    this.#turnAway()
    this.#openLater()
  }

  #openLater(): void {
    clearTimeout(this.#timer)
    const left = Math.max(1, this.closedFor())
    const open = (): void => {
      this.#closedUntil = 0
      this.#next()
    }
    const goOn = (): void => this.#openLater()
    this.#timer = setTimeout(left > LONGEST_TIMER_MS ? goOn : open, Math.min(left, LONGEST_TIMER_MS)).unref()
  }

  /** A place became free. */
  placeFreed(): void {
    if (!this.#onPlaces) return
    this.#onPlaces = false
    this.#closedUntil = 0
    this.#next()
  }

  /**
   * Waits for a call's turn. False when it would last too long.
   * @throws {ModelError} of kind `aborted` when `signal` fires
   */
  async turn({ number, began }: { number: number; began: number }, signal: AbortSignal): Promise<boolean> {
    if (began + LONGEST_HOLD_MS < this.#now() + this.closedFor()) {
      this.#ahead = Math.max(1, Math.floor(this.#ahead / 2))
      return false
    }
    const waiter: Waiter = { number, began, turn: Promise.withResolvers() }
    const at = this.#waiting.findIndex((other) => other.number > number)
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, waiter)
    const abort = () =>
      waiter.turn.reject(new ModelError('aborted', 'stopped before its call', { retryable: false }))
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    // A timer may fire a little early.
    const late = setTimeout(() => this.#turnAway(), LONGEST_HOLD_MS + 5).unref()
    try {
      return await waiter.turn.promise
    } catch (error) {
      this.#waiting = this.#waiting.filter((other) => other !== waiter)
      throw error
    } finally {
      clearTimeout(late)
      signal.removeEventListener('abort', abort)
    }
  }

  #next(): void {
    if (this.#closedUntil > this.#now()) return
    this.#turnAway()
    this.#waiting.shift()?.turn.resolve(true)
  }

  /** The last one first: each goes back to the front of the queue, so that their order stays. */
  #turnAway(): void {
    const opens = Math.max(this.#now(), this.#closedUntil)
    const late = this.#waiting.filter(({ began }) => began + LONGEST_HOLD_MS <= opens)
    if (late.length === 0) return
    this.#ahead = Math.max(1, Math.floor(this.#ahead / 2))
    this.#waiting = this.#waiting.filter((waiter) => !late.includes(waiter))
    for (const { turn } of late.reverse()) turn.resolve(false)
  }
}
