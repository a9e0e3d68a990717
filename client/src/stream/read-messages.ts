import { SplitrunError } from '../error.ts'
import { abortable } from '../transport/abort.ts'
import { createEventParser, type Message } from './event-parser.ts'

/** The server says something every 15 s, if only a comment. */
const SILENCE_MS = 50_000

interface Listening {
  /** Called for whatever comes, comments too. */
  hear(): void
  /** Gets the milliseconds that the server wants between connections. */
  setRetry(ms: number): void
  readonly signal: AbortSignal | undefined
}

/**
 * The events of a response, to its end. Rejects with a SplitrunError when the connection breaks or falls silent, with the
 * signal's reason when that aborts; the connection is closed in any case.
 */
export async function* readMessages(
  response: Response,
  { hear, setRetry, signal }: Listening,
): AsyncGenerator<Message> {
  const reader = response.body?.getReader()
  if (!reader) return
  const decoder = new TextDecoder()
  let ready: Message[] = []
  const parse = createEventParser((message) => void ready.push(message), setRetry)
  try {
    for (;;) {
      const { done, value } = await abortable(withinSilence(reader.read()), signal)
      if (done) return
      hear()
      parse(decoder.decode(value, { stream: true }))
      const messages = ready
      ready = []
      yield* messages
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

/** The piece that is read, unless nothing comes for too long. */
async function withinSilence<T>(read: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${SILENCE_MS} ms`)), SILENCE_MS)
  })
  try {
    return await Promise.race([read, silence])
  } catch (cause) {
    throw new SplitrunError('CONNECTION_FAILED', `the stream broke: ${cause}`, { retryable: true, cause })
  } finally {
    clearTimeout(timer)
  }
}
