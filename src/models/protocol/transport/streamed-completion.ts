import { readFinishReason } from '../../answers/read-ending.ts'
import { errorIn, mayBeNews } from '../../failures/error-in-success.ts'
import { fieldOf, textOf } from '../json-field.ts'
import { DeltaTemplate } from './delta-template.ts'
import { StreamedMessage } from './streamed-message.ts'
import { StreamedResponse } from './streamed-response.ts'

/** Members of a chunk and of a choice of which the last that says something counts. */
const OF_CHUNK = [
  ...(['id', 'model', 'usage', 'usageMetadata', 'usage_metadata', 'provider'] as const),
  ...(['promptFeedback', 'prompt_feedback', 'finish_reason', 'stop_reason', 'done_reason'] as const),
]
const OF_CHOICE = [
  ...(['finish_reason', 'finishReason', 'native_finish_reason', 'stop_reason', 'finish_details'] as const),
  ...(['content_filter_results', 'error', 'usage'] as const),
]
/** Of members that are counts, some servers send each when they know it. */
const COUNTS = new Set<string>(['usage', 'usageMetadata', 'usage_metadata'])
/** Events of servers and proxies that keep a connection alive, by their name or by their data. */
const KEEPS_ALIVE = /^\W*(ping|pong|keep[-_ ]?alive|heart[-_ ]?beat)\b/i
/** The same: a comment that a gateway sends on as data, or a time. */
const SAYS_NOTHING = /^:|^[\d\s.:,TZ+-]*$/
/** Characters of what is said in words. */
const LONGEST_WORDS = 2000
/** Servers have some twenty of them. */
const MOST_COUNTS = 100

/**
 * Puts the chunks of a streamed chat completion, or the events of a streamed response, together to what the server would
 * have sent without a stream.
 */
export class StreamedCompletion {
  readonly #top: Record<string, unknown> = {}
  readonly #choice: Record<string, unknown> = {}
  readonly #onText: ((delta: string) => void) | null
  readonly #template = new DeltaTemplate()
  readonly #message = new StreamedMessage((text) => {
    this.#untold += text
  })
  /** The index of the choice that is followed: the first that comes. */
  #index: unknown = null
  #isFinished: boolean | null = false
  readonly #response = new StreamedResponse()
  /** What the server said that is no part of an answer: an error, if no end of one follows. */
  #said: unknown = null
  isDone = false
  #untold = ''

  /** @param onText gets the text of the answer, in order, when `tellText` is called */
  constructor(onText: ((delta: string) => void) | null = null) {
    this.#onText = onText
  }

  /** Characters that are kept. */
  get size(): number {
    return this.#message.size
  }

  /** True when nothing of the answer itself can be missing. */
  get isWhole(): boolean {
    return this.isDone || this.isFinished || this.#top['error'] !== undefined
  }

  /** True when the server has said how the answer ended; its usage may come after that. */
  get isFinished(): boolean {
    this.#isFinished ??= readFinishReason(this.#choice, this.#top) !== null
    return this.#isFinished
  }

  /**
   * Takes the next event.
   * @throws {SyntaxError} when it begins as JSON, and is none
   */
  add(event: string | undefined, data: string): void {
    const text = data.trim()
    if (text === '' || this.isDone || (event !== undefined && KEEPS_ALIVE.test(event))) return
    if (text === '[DONE]') {
      this.end()
      this.isDone = true
      return
    }
    if (event === 'error') {
      this.#addError(text)
      return
    }
    const known = this.#template.read(text)
    if (known !== null) {
      this.#message.addText(known)
      return
    }
    const chunk = parseChunk(text)
    if (chunk instanceof SyntaxError || typeof chunk === 'string') {
      if (typeof chunk === 'string') this.#hear(chunk)
      else this.#addOther(text, chunk)
      return
    }
    const type = textOf(chunk, 'type')
    if (type?.startsWith('response.')) {
      const piece = this.#response.add(type, chunk)
      if (piece !== '') {
        this.#index ??= 0
        this.#message.addText(piece)
      }
      this.isDone = this.#response.isDone
      if (this.isDone) return
    }
    this.#keep(this.#top, chunk, OF_CHUNK)
    const ofGroq = fieldOf(chunk, 'x_groq')
    this.#keep(this.#top, ofGroq, ['usage', 'error'])
    // An error in any of its shapes, of which the body of a whole response has one, too.
    const error = errorIn(chunk, undefined)
    if (mayBeNews(error, chunk)) this.#said ??= chunk
    else if (error !== null) this.#top['error'] = error
    const choices = fieldOf(chunk, 'choices')
    for (const choice of Array.isArray(choices) ? choices : []) this.#addChoice(choice)
    const content = onlyContentOf(choices, this.#index)
    if (content === null) this.#template.forget()
    else this.#template.learn(text, content)
  }

  /**
   * Takes all events of a part of a stream at once, where they say nothing but more of the text, as those before did.
   * @returns false when they do not: nothing was taken
   */
  addAlike(text: string): boolean {
    const content = this.isDone ? null : this.#template.readEvents(text)
    if (content === null) return false
    this.#message.addText(content)
    return true
  }

  /** Nothing more comes. What was said in words is an error, where the server did not say how the answer ended. */
  end(): void {
    if (this.#said !== null && !this.isFinished && !this.isWhole) this.#top['error'] = this.#said
  }

  /** Tells what text has come since the last time: once for all events that came together. */
  tellText(): void {
    const text = this.#untold
    this.#untold = ''
    if (text !== '') this.#onText?.(text)
  }

  /** The body of a chat completion, or of what the server sent in its place. */
  toBody(): Record<string, unknown> {
    if (this.#response.isDone) return this.#response.toBody()
    const message = this.#message.toMessage()
    const choices = this.#index === null ? [] : [{ index: 0, message, ...this.#choice }]
    return { object: 'chat.completion', ...this.#top, choices }
  }

  #addError(text: string): void {
    let error: unknown = { message: text }
    try {
      const parsed = JSON.parse(text) as unknown
      error = fieldOf(parsed, 'error') ?? parsed
    } catch {
      // Some servers say it in words.
    }
    this.#top['error'] = error
  }

  /** Takes what is no JSON: several events as one, since an empty line is missing; or words. */
  #addOther(text: string, error: SyntaxError): void {
    const lines = text.split('\n')
    if (lines.length === 1) {
      if (text.startsWith('{')) throw error
      this.#hear(text)
      return
    }
    let failure: unknown = null
    for (const line of lines) {
      try {
        this.add(undefined, line)
      } catch (cause) {
        failure ??= cause
      }
    }
    // A line is cut in two where an error comes in between.
    if (failure !== null && this.#top['error'] === undefined) throw failure
  }

  #hear(words: string): void {
    if (KEEPS_ALIVE.test(words) || SAYS_NOTHING.test(words)) return
    this.#said ??= { message: words.slice(0, LONGEST_WORDS) }
  }

  #addChoice(choice: unknown): void {
    const index = fieldOf(choice, 'index') ?? 0
    this.#index ??= index
    if (index !== this.#index) return
    this.#keep(this.#choice, choice, OF_CHOICE)
    const delta = fieldOf(choice, 'delta')
    if (typeof delta === 'object' && delta !== null) this.#message.addDelta(delta)
    else this.#message.addWhole(fieldOf(choice, 'message'))
  }

  #keep(into: Record<string, unknown>, from: unknown, names: readonly string[]): void {
    if (typeof from !== 'object' || from === null) return
    for (const name of names) {
      const value = fieldOf(from, name)
      if (value === undefined || value === null || value === '') continue
      into[name] = COUNTS.has(name) ? withCounts(into[name], value) : value
      // Looked for anew only where something has changed, since each event asks.
      this.#isFinished = null
    }
  }
}

function parseChunk(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return error
  }
}

/** Counts that are told in several chunks: each as it was told last, but that 0 is none where there was one. */
function withCounts(known: unknown, told: unknown): unknown {
  if (typeof known !== 'object' || known === null || typeof told !== 'object') return told
  const counts = { ...(known as Record<string, unknown>) }
  for (const [name, value] of Object.entries(told ?? {})) {
    const isKnown = Object.hasOwn(counts, name)
    if (value === null || (isKnown ? value === 0 : Object.keys(counts).length >= MOST_COUNTS)) continue
    counts[name] = value
  }
  return counts
}

/** The text of the one choice of a chunk, where its delta has nothing else that is added to what came before; else null. */
function onlyContentOf(choices: unknown, index: unknown): string | null {
  const [choice] = Array.isArray(choices) && choices.length === 1 ? choices : []
  if ((fieldOf(choice, 'index') ?? 0) !== index) return null
  const delta = fieldOf(choice, 'delta')
  if (typeof delta !== 'object' || delta === null) return null
  const isAlone = Object.entries(delta).every(
    ([name, value]) => name === 'content' || name === 'role' || value === null,
  )
  return isAlone ? textOf(delta, 'content') : null
}
