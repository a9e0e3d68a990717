import { setTimeout as pause } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { isFinal, type RunRecord } from '../run.ts'
import type { LivePiece, ResetReason } from '../store/live-texts.ts'
import { type EndEvent, endOfRun, type FollowEndDeps, TROUBLE_PAUSE_MS } from './follow-end.ts'
import type { LiveFeed, LiveStatus } from './live-feed.ts'
import type { LiveFeeds } from './live-feeds.ts'
import { attemptOf, continuesCharacter, type Position } from './position.ts'
import { epochOf, resetReason } from './reset-reason.ts'

/** What one who watches a run is told. `at`: the position after it, from which on it may be resumed. */
export type LiveEvent =
  | EndEvent
  | ({ readonly type: 'status' } & LiveStatus)
  | {
      readonly type: 'delta'
      readonly at: Position
      readonly attempt: number
      readonly offset: number
      readonly text: string
    }
  | {
      readonly type: 'reset'
      readonly at: Position
      readonly attempt: number
      readonly reason: ResetReason
    }

export interface FollowRunDeps extends FollowEndDeps {
  readonly feeds: LiveFeeds
}

/**
 * Follows a run from a position on, until it has ended: how far it is, what its model says, and at last the run. Reads on
 * only when the next event is asked for: a slow reader is told as one piece what has come meanwhile, and nothing
 * is kept for it. Ends without an `end` when this process closes or `signal` fires: another process follows the
 * run from the same position.
 * @param from what the reader has seen; null: nothing
 * @param unheardBefore of a run that was created for this reader: see `LiveFeeds.open`
 */
export async function* followRun(
  deps: FollowRunDeps,
  record: RunRecord,
  from: Position | null,
  signal: AbortSignal,
  unheardBefore?: number,
): AsyncGenerator<LiveEvent, void> {
  if (from === null && isFinal(record.status)) {
    // What was said last may be kept still. It is for those who have seen a part of it.
    yield* lastEvents(record, null, NOTHING_SHOWN)
    return
  }
  const awaitEnd = (closing: AbortSignal) => endOfRun(deps, record.request, closing)
  const { feed, release } = deps.feeds.open(record, awaitEnd, unheardBefore)
  const news = newsOf(feed, signal)
  let position = from
  let shown: Shown = { offset: from?.offset ?? 0, sum: 0 }
  let status: LiveStatus | null = null
  let attached = feed.isNew
  try {
    while (!signal.aborted) {
      const seen = feed.version
      if (!feed.end && status !== feed.status) {
        const isNew = JSON.stringify(status) !== JSON.stringify(feed.status)
        status = feed.status
        if (isNew) yield { type: 'status', ...status }
      }
      // The first time from Redis, which makes this process listen, unless it does since before the run was there.
      let piece = attached ? feed.read(position) : 'unknown'
      if (piece === 'unknown') {
        try {
          piece = await feed.attach(position)
          attached = true
        } catch {
          if (feed.closed) return
          yield { type: 'trouble' }
          await pause(TROUBLE_PAUSE_MS, undefined, { signal }).catch(() => {})
          if (!feed.isTextGone) continue
          piece = null
        }
      }
      const head = piece?.head ?? feed.head
      if (head && isVoid(position, head.epoch, piece)) {
        const at = { epoch: head.epoch, offset: 0 }
        yield { type: 'reset', at, attempt: attemptOf(head.epoch), reason: head.reason }
        position = at
        shown = { offset: 0, sum: 0 }
      }
      if (head) position ??= { epoch: head.epoch, offset: 0 }
      if (piece) {
        const delta = deltaOf(piece)
        position = delta.at
        shown = { offset: shown.offset, sum: crc32(delta.text, shown.sum) }
        yield delta
        continue
      }
      if (feed.version !== seen) continue
      if (feed.end) {
        yield* lastEvents(feed.end, position, shown)
        return
      }
      if (feed.closed) return
      await news.next()
    }
  } finally {
    news.close()
    release()
  }
}

/** Tells of changes of a feed, one listener for all waits: each piece of a run is such a wait. */
function newsOf(feed: LiveFeed, signal: AbortSignal) {
  let wake: (() => void) | null = null
  const onChange = (): void => wake?.()
  const leave = feed.watch(onChange)
  signal.addEventListener('abort', onChange, { once: true })
  return {
    /** Resolves at the next change, or when `signal` fires. */
    next: (): Promise<void> =>
      new Promise((resolve) => {
        wake = () => {
          wake = null
          resolve()
        }
        if (signal.aborted) wake()
      }),
    close(): void {
      leave()
      signal.removeEventListener('abort', onChange)
    },
  }
}

/** True when what was shown up to a position is no part of the text. */
function isVoid(position: Position | null, epoch: string, piece: LivePiece | null): boolean {
  if (!position) return false
  return position.epoch !== epoch || (piece !== null && piece.offset < position.offset)
}

function deltaOf({ head: { epoch }, offset, text }: LivePiece): Extract<LiveEvent, { type: 'delta' }> {
  const at = { epoch, offset: offset + Buffer.byteLength(text) }
  return { type: 'delta', at, attempt: attemptOf(epoch), offset, text }
}

/** What a reader was shown since it came, or since the last reset: from which offset on, and its checksum. */
interface Shown {
  readonly offset: number
  readonly sum: number
}

const NOTHING_SHOWN: Shown = { offset: 0, sum: 0 }

/**
 * The end of a run. Its live text is gone by then; a response that is a text is still known, and who has not seen all of it
 * is told the rest, so that the pieces are the whole. What was shown may be no part of it, where reasoning was
 * recognised late: then it begins anew.
 */
function* lastEvents(record: RunRecord, position: Position | null, shown: Shown): Generator<LiveEvent> {
  const whole = wholeText(record)
  const last = record.attempts.at(-1) ?? (record.result?.cachedFrom ? NOBODY_ASKED : undefined)
  if (last && position && record.status === 'succeeded' && whole === null) {
    // Of its text nothing is kept now. What was seen of another call's is void all the same.
    const at = { epoch: epochOf(last), offset: 0 }
    const reason = resetReason(record.attempts, position.epoch, last.model)
    if (position.epoch !== at.epoch) yield { type: 'reset', at, attempt: last.number, reason }
  }
  if (last && whole !== null) {
    const epoch = epochOf(last)
    const bytes = Buffer.from(whole)
    let offset = position?.epoch === epoch ? position.offset : 0
    const isOther = position !== null && position.epoch !== epoch
    if (isOther || !isBeginningOf(bytes, offset, shown)) {
      const reason = isOther ? resetReason(record.attempts, position.epoch, last.model) : 'repair'
      yield { type: 'reset', at: { epoch, offset: 0 }, attempt: last.number, reason }
      offset = 0
    }
    const text = bytes.subarray(offset).toString()
    if (text !== '') yield deltaOf({ head: { epoch, reason: 'retry', model: '' }, offset, text })
  }
  yield { type: 'end', record }
}

/** The call that stands for none, where a run has the result of another. */
const NOBODY_ASKED = { number: 1, fence: 1, model: null }

/** What the pieces of a run come to, where its end says so; null where it does not. */
function wholeText({ result }: RunRecord): string | null {
  const { response, cachedFrom, outputFile } = result ?? {}
  if (typeof response === 'string') return response
  // No model has said it for this run: it is written as one would have.
  const isWritten = cachedFrom !== undefined && !outputFile && response !== null
  return isWritten ? JSON.stringify(response) : null
}

/** True when what was shown up to an offset can be told on from there as the beginning of this text. */
function isBeginningOf(text: Buffer, offset: number, shown: Shown): boolean {
  if (offset === 0) return true
  const isPlace = offset <= text.length && !continuesCharacter(text[offset])
  return isPlace && crc32(text.subarray(shown.offset, offset)) === shown.sum
}
