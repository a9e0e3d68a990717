import { fieldOf, textOf } from '../json-field.ts'
import { toChatCompletion } from '../responses-answer.ts'

/** The events that have the whole answer, with how it ended, which some servers say by their names alone. */
const LAST: ReadonlyMap<string, string> = new Map(
  ['completed', 'incomplete', 'failed', 'cancelled', 'done'].map((end) => [
    `response.${end}`,
    end === 'done' ? 'completed' : end,
  ]),
)

/** Puts the events of a streamed answer of the Responses API together, as the server would have sent it without a stream. */
export class StreamedResponse {
  #text = ''
  #body: Record<string, unknown> | null = null

  /** True once the whole answer has come. */
  get isDone(): boolean {
    return this.#body !== null
  }

  /** Takes the next event. Returns what of the text is new in it; all else that counts is in the last one. */
  add(type: string, event: unknown): string {
    const text =
      type === 'response.output_text.delta' ? (textOf(event, 'delta') ?? '') : this.#addLast(type, event)
    this.#text += text
    return text
  }

  /** Some servers tell their text only in the last event. */
  #addLast(type: string, event: unknown): string {
    const status = LAST.get(type)
    const body = status === undefined ? null : fieldOf(event, 'response')
    if (typeof body !== 'object' || body === null) return ''
    this.#body = { ...body, status: fieldOf(body, 'status') ?? status }
    const [choice] = (fieldOf(toChatCompletion(this.#body), 'choices') as unknown[] | undefined) ?? []
    const whole = textOf(fieldOf(choice, 'message'), 'content') ?? ''
    return whole.startsWith(this.#text) ? whole.slice(this.#text.length) : ''
  }

  /** The last event's answer; some servers leave out of it what the others have told. */
  toBody(): Record<string, unknown> {
    const { output } = this.#body ?? {}
    if (this.#text === '' || (Array.isArray(output) && output.length > 0)) return { ...this.#body }
    const content = [{ type: 'output_text', text: this.#text }]
    return { ...this.#body, output: [{ type: 'message', content }] }
  }
}
