import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Cleanup } from './system.ts'

/** An event of a run, with its data parsed. */
export interface WatchedEvent {
  readonly event: string
  readonly id: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into events of every shape
  readonly data: any
}

/** A connection to a stream of events, read when a test asks for the next. */
export interface Watcher {
  readonly status: number
  readonly headers: Headers
  /** The next event; null when the stream has ended. */
  next(): Promise<WatchedEvent | null>
  /** The next events up to the first that fits, it included. */
  until(fits: (event: WatchedEvent) => boolean): Promise<WatchedEvent[]>
  /** All events up to the end of the stream. */
  rest(): Promise<WatchedEvent[]>
  readonly comments: readonly string[]
  /** Breaks the connection off. */
  cut(): void
}

/** Opens a stream of events. Closed at the latest when the test ends. */
export async function watchEvents(t: Cleanup, url: string, init: RequestInit = {}): Promise<Watcher> {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const response = await fetch(url, { ...init, signal: stop.signal })
  const found: EventSourceMessage[] = []
  const comments: string[] = []
  const parser = createParser({
    onEvent: (event) => void found.push(event),
    onComment: (comment) => void comments.push(comment),
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()

  async function next(): Promise<WatchedEvent | null> {
    while (found.length === 0) {
      const read = await reader?.read()
      if (!read || read.done) return null
      parser.feed(read.value)
    }
    const { event = 'message', id, data = '' } = found.shift() ?? {}
    return { event, id, data: JSON.parse(data) }
  }

  async function until(fits: (event: WatchedEvent) => boolean): Promise<WatchedEvent[]> {
    const events: WatchedEvent[] = []
    for (let event = await next(); event; event = await next()) {
      events.push(event)
      if (fits(event)) break
    }
    return events
  }

  return {
    status: response.status,
    headers: response.headers,
    comments,
    next,
    until,
    rest: () => until(() => false),
    cut: () => stop.abort(),
  }
}

/** The text that the deltas of these events come to: a reset takes back what was before. */
export function textOf(events: readonly WatchedEvent[]): string {
  let text = ''
  for (const { event, data } of events) {
    if (event === 'output.reset') text = ''
    if (event === 'output.delta') text += data.text
  }
  return text
}
