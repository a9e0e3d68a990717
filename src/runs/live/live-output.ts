import { sharedNow } from '../../platform/clock.ts'
import { shardOf } from '../../platform/ids.ts'
import type { Attempt } from '../run.ts'
import type { Claim } from '../store/claim.ts'
import type { Emitted, EmittedPiece, LiveHead } from '../store/live-texts.ts'
import { epochOf, resetReason } from './reset-reason.ts'
import { createShownText } from './shown-text.ts'

/**
 * What comes sooner after the piece before it waits for the next multiple of this time, in ms: more pieces cost more, and
 * nobody reads them. At these moments all runs whose models are quick are told of together. Until then their answers need
 * not be read either.
 */
export const PIECE_MS = 46
/**
 * So long after such a moment it is due, in ms. Answers are read again from that moment on, by a timer that may be late by
 * so much, and what is told before they were read would wait for the next moment, and every time anew.
 */
const READ_MS = 2
/** A beginning waits so long for the first words, in ms: where they are there, both are one piece. */
const BEGINNING_MS = 24
/** While nobody listens, news is sent this often, in ms. */
const UNWATCHED_MS = 1000
/** How long a text is kept beyond its run's deadline, in ms, in case that nobody ends the run. */
const SLACK_MS = 60_000

/** A model, as far as its live text goes. */
interface Speaker {
  readonly name: string
  readonly reasoningInText?: 'strip' | 'keep'
}

/**
 * What the model of a claimed run says, on its way to those who watch. It is only collected here: `LiveOutputs` sends what
 * has come meanwhile, so that the reader of the model's answer never waits.
 */
export class LiveOutput {
  readonly #claim: Claim
  readonly #onNews: (output: LiveOutput) => void
  readonly #limit: number
  #head: LiveHead | null = null
  /** All that was shown of the answer, for a Redis that lost it. It grows by appending, and is looked at for that only. */
  #text = ''
  /** Bytes that it may still grow by. */
  #room = 0
  /** What of it was not sent yet. */
  #unsent = ''
  #sentBytes = 0
  /** True until the beginning of this epoch has been sent. */
  #fresh = false
  #stale = false
  /** True until this call of the model has said something. */
  #isSilent = true
  #sending: { readonly head: LiveHead; readonly chars: number; readonly bytes: number } | null = null
  /** When the next piece may be sent, ms of `performance.now()`. */
  due = 0
  /** True while whoever sends knows that there is something to send: it is told of a beginning all the same. */
  isPending = false

  /**
   * @param limit bytes of a response: of a longer answer no more is shown, since its run fails
   * @param onNews called when there is something to send
   */
  constructor(claim: Claim, limit: number, onNews: (output: LiveOutput) => void) {
    this.#claim = claim
    this.#limit = limit
    this.#onNews = onNews
  }

  get shard(): number {
    return shardOf(this.#claim.request.id)
  }

  /** False when all has been sent, or nobody may send it any more. */
  get hasNews(): boolean {
    return !this.#stale && (this.#fresh || this.#end() > 0)
  }

  /**
   * A call of a model begins: what was shown before is void.
   * @param attempts of the run, the open one for this call included
   * @returns takes the answer as it comes
   */
  begin(attempts: readonly Attempt[], { name, reasoningInText }: Speaker): (delta: string) => void {
    const { fence, shown: before } = this.#claim
    const shown = this.#head?.epoch ?? before
    // Where nothing was shown, nothing is void, and nobody is told a reason.
    const reason = shown ? resetReason(attempts, shown, name) : 'lost'
    const head = { epoch: epochOf({ fence, number: attempts.at(-1)?.number ?? 1 }), reason, model: name }
    this.#head = head
    this.#text = ''
    this.#room = this.#limit
    this.#restart()
    // What is void is taken back at once; a mere beginning goes together with the first words, if they come soon.
    this.due = shown ? 0 : performance.now() + BEGINNING_MS
    this.#isSilent = true
    this.#onNews(this)
    const show = reasoningInText === 'keep' ? (delta: string) => delta : createShownText()
    return (delta) => {
      if (this.#head === head) this.#add(show(delta))
    }
  }

  /** The answer is there: what of its text did not come as a stream is shown, too. */
  complete(text: string): void {
    if (text.startsWith(this.#text)) this.#add(text.slice(this.#text.length))
  }

  /** The next piece to send; null when there is none. After it, `sent` has to be called. */
  take(): EmittedPiece | null {
    if (!this.hasNews || !this.#head || this.#sending) return null
    const { request, fence } = this.#claim
    const chars = this.#end()
    const text = this.#unsent.slice(0, chars)
    this.#fresh = false
    this.#sending = { head: this.#head, chars, bytes: this.#sentBytes + Buffer.byteLength(text) }
    if (text !== '') this.due = nextMultiple(performance.now() - READ_MS, PIECE_MS) + READ_MS
    const keepMs = Math.max(0, request.deadline - sharedNow()) + SLACK_MS
    return { id: request.id, fence, head: this.#head, offset: this.#sentBytes, text, keepMs }
  }

  /** Says what became of the piece that was taken; null: it is not known. */
  sent(outcome: Emitted | null): void {
    const sent = this.#sending
    this.#sending = null
    if (outcome === 'stale') this.#stale = true
    // Another call has begun meanwhile: the piece was of the one before.
    if (sent?.head !== this.#head) return
    if (outcome === 'gap' || outcome === null) {
      this.#restart()
    } else if (sent && outcome !== 'stale') {
      this.#unsent = this.#unsent.slice(sent.chars)
      this.#sentBytes = sent.bytes
    }
    if (outcome === 0) this.due = performance.now() + UNWATCHED_MS
  }

  #add(text: string): void {
    if (text === '') return
    const bytes = Buffer.byteLength(text)
    if (bytes > this.#room) {
      // Not what comes after it either: there would be a gap.
      this.#room = 0
      return
    }
    this.#room -= bytes
    this.#text += text
    this.#unsent += text
    if (this.isPending && !this.#isSilent) return
    if (this.#isSilent) this.due = 0
    this.#isSilent = false
    this.#onNews(this)
  }

  #restart(): void {
    this.#unsent = this.#text
    this.#sentBytes = 0
    this.#fresh = true
  }

  /** How much can be sent: half of a surrogate pair waits for the other half. */
  #end(): number {
    const { length } = this.#unsent
    const last = this.#unsent.charCodeAt(length - 1)
    return last >= 0xd800 && last < 0xdc00 ? length - 1 : length
  }
}

const nextMultiple = (ms: number, of: number): number => (Math.floor(ms / of) + 1) * of
