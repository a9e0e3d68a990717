import { type PresentedWait, presentWait } from '../present-wait.ts'
import { isFinal, type RunRecord, type RunStatus } from '../run.ts'
import type { Attached, LiveHead, LivePiece, ToldPiece } from '../store/live-texts.ts'
import { attemptOf, isLater, type Position } from './position.ts'
import { RecentPieces } from './recent-pieces.ts'

/** How far a run is. */
export interface LiveStatus {
  readonly id: string
  readonly status: RunStatus
  /** The number of the model call; 0 before the first. */
  readonly attempt: number
  readonly model: string | null
  /** The limit that it waits for; absent where it does not, or where that is not known. */
  readonly waiting_on?: PresentedWait
}

export interface LiveFeedDeps {
  /** Reads the record of the run. */
  get(): Promise<RunRecord | null>
  /** Listens to the run, and reads its text. */
  attach(from: Position): Promise<Attached | null>
  onTrouble(error: unknown): void
}

/** So long the text of a run is kept beyond its end, in ms: see `settle.lua`. Then it need not be asked for. */
const KEPT_MS = 5000

const BEGINNING: Position = { epoch: '', offset: 0 }

/**
 * What an API process knows of a run that somebody watches here, shared by all who watch it. It holds the latest pieces of
 * its text only: who is behind reads the text from Redis. Readers `watch` it, and look at what has changed.
 */
export class LiveFeed {
  readonly #deps: LiveFeedDeps
  readonly #recent = new RecentPieces()
  readonly #waiting = new Set<() => void>()
  #status: LiveStatus
  /** What `status` says, until something of it changes. */
  #shown: LiveStatus | null = null
  #head: LiveHead | null = null
  /** Bytes of the text, as far as is known; -1: news may have been missed. */
  #size = -1
  #refreshing = false
  #messages = 0
  /** Goes up with every change. */
  version = 0
  /** The run, when it has ended. */
  end: RunRecord | null = null
  /** When that became known here, ms of `performance.now()`. */
  #endedAt = 0
  /** True when nothing more will be known: the process closes, or the run is no longer kept. */
  closed = false

  /** True when this process has listened to the run since before it was created, and has heard all that was told of it. */
  readonly isNew: boolean

  constructor(record: RunRecord, deps: LiveFeedDeps, isNew = false) {
    this.#deps = deps
    this.isNew = isNew
    if (isNew) this.#size = 0
    this.#status = statusOf(record)
    if (isFinal(record.status)) this.end = record
  }

  /** True when the run ended so long ago that its text is no longer kept. */
  get isTextGone(): boolean {
    return this.end !== null && performance.now() - this.#endedAt > KEPT_MS
  }

  get head(): LiveHead | null {
    return this.#head
  }

  /** The same object as long as it says the same. */
  get status(): LiveStatus {
    this.#shown ??= this.#show()
    return this.#shown
  }

  #show(): LiveStatus {
    const { id, status, attempt } = this.#status
    const head = this.#head
    const isCurrent = status === 'running' && head !== null && attemptOf(head.epoch) >= attempt
    return isCurrent ? { id, status, attempt: attemptOf(head.epoch), model: head.model } : this.#status
  }

  #setStatus(status: LiveStatus): void {
    this.#status = status
    this.#shown = null
  }

  #setHead(head: LiveHead): void {
    this.#head = head
    this.#shown = null
  }

  /** A piece of the text, or that the record has changed. */
  receive(piece: ToldPiece | null): void {
    this.#messages += 1
    if (!piece) {
      this.refresh()
      return
    }
    if (this.#head?.epoch !== piece.head.epoch) {
      if (this.#head && isLater(this.#head.epoch, piece.head.epoch)) return
      this.#setStatus({ ...this.#status, status: 'running' })
      this.#setHead(piece.head)
    }
    this.#recent.add(piece)
    this.#size = piece.end
    this.#change()
  }

  /** News may have been missed. */
  miss(): void {
    this.#size = -1
    this.#recent.clear()
    this.refresh()
    this.#change()
  }

  finish(record: RunRecord | null): void {
    if (record && isFinal(record.status)) {
      if (!this.end) this.#endedAt = performance.now()
      this.end ??= record
      // The end may be known before the last pieces are, on another connection. A response that is a text has them.
      if (typeof record.result?.response !== 'string') this.#size = -1
    } else this.closed = true
    this.#change()
  }

  /**
   * What comes after a position, at most a part of it; null when there is nothing more yet; `unknown` when Redis has to be
   * asked.
   */
  read(from: Position | null): LivePiece | null | 'unknown' {
    if (this.#size >= 0 && !this.#head && !from) return null
    const epoch = from?.epoch ?? this.#head?.epoch
    if (this.#size < 0 || epoch === undefined) return 'unknown'
    const offset = from?.offset ?? 0
    if (this.#head?.epoch === epoch && offset === this.#size) return null
    return this.#recent.after({ epoch, offset }) ?? 'unknown'
  }

  /**
   * Reads from Redis what comes after a position, and listens from then on; from the beginning of the text when the
   * position is none of it.
   * @throws when Redis cannot be asked now
   */
  async attach(from: Position | null): Promise<LivePiece | null> {
    const messages = this.#messages
    const found = await this.#deps.attach(from ?? BEGINNING)
    if (!found) {
      // Its record is gone, unless its end is known.
      this.closed = true
      return null
    }
    const { status, piece, size } = found
    const isOver = isFinal(status)
    if (isOver ? !this.end : !piece && status !== this.#status.status) this.refresh()
    if (!piece) {
      // Some time after the end its text is gone, too.
      if (isOver) this.#size = Math.max(this.#size, 0)
      else if (messages === this.#messages) this.#size = 0
      return null
    }
    if (!this.#head || isLater(piece.head.epoch, this.#head.epoch)) {
      this.#setHead(piece.head)
      this.#size = size
      this.#change()
    } else if (this.#head.epoch === piece.head.epoch) this.#size = Math.max(this.#size, size)
    return piece.text === '' ? null : piece
  }

  /** Calls `wake` at each change, until what is returned is called. */
  watch(wake: () => void): () => void {
    this.#waiting.add(wake)
    return () => this.#waiting.delete(wake)
  }

  /** Reads the record again, and once more if something was told meanwhile. */
  refresh(): void {
    if (this.#refreshing || this.end) return
    this.#refreshing = true
    const messages = this.#messages
    this.#deps
      .get()
      .then((record) => {
        if (!record) return this.finish(null)
        if (isFinal(record.status)) return this.finish(record)
        if (messages !== this.#messages) return undefined
        this.#setStatus(statusOf(record))
        return this.#change()
      }, this.#deps.onTrouble)
      .finally(() => {
        this.#refreshing = false
        if (messages !== this.#messages) this.refresh()
      })
  }

  #change(): void {
    this.version += 1
    for (const wake of this.#waiting) wake()
  }
}

function statusOf({ request, status, attempts, waitingOn }: RunRecord): LiveStatus {
  const last = attempts.at(-1)
  const waiting_on = presentWait(waitingOn)
  return {
    ...{ id: request.id, status, attempt: last?.number ?? 0, model: last?.model ?? null },
    ...(waiting_on && { waiting_on }),
  }
}
