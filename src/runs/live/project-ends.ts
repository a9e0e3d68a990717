import type { ProjectEnd } from './project-end.ts'
import type { EndsMessage } from './tell-ends.ts'

/** How often the other processes are told which projects are watched here, in ms. */
const WATCHING_EVERY_MS = 5000
/** Most ends that wait for a slow reader; of more, the number. */
const MOST_WAITING = 100

/** Some runs that ended since the last time, oldest first, and how many more did. */
export interface Ends {
  readonly ends: readonly ProjectEnd[]
  readonly skipped: number
}

interface Reader {
  readonly waiting: ProjectEnd[]
  skipped: number
  wake: (() => void) | null
}

export type ProjectEnds = ReturnType<typeof createProjectEnds>

/**
 * The projects that are watched through this API process.
 * @param announce tells all processes which projects are watched, by their ids with commas between them
 */
export function createProjectEnds(announce: (projects: string) => Promise<unknown>) {
  const readers = new Map<string, Set<Reader>>()
  const closing = new AbortController()

  function announceNow(): void {
    // If this fails, the next time comes soon.
    if (readers.size > 0) announce([...readers.keys()].join(',')).catch(() => {})
  }
  const timer = setInterval(announceNow, WATCHING_EVERY_MS).unref()

  function give(reader: Reader, { ends, skipped }: EndsMessage): void {
    const room = MOST_WAITING - reader.waiting.length
    reader.waiting.push(...ends.slice(0, room))
    reader.skipped += skipped + Math.max(0, ends.length - room)
    reader.wake?.()
  }

  return {
    /** Fires when the process closes. */
    closing: closing.signal,

    /** A message of a process that ended runs. */
    onEnds(text: string): void {
      if (readers.size === 0) return
      const message = JSON.parse(text) as EndsMessage
      for (const reader of readers.get(message.project) ?? []) give(reader, message)
    },

    /** Follows the ends of a project's runs, from now on, at most so many a second. Ends when `signal` fires. */
    async *follow(project: string, perSecond: number, signal: AbortSignal): AsyncGenerator<Ends, void> {
      const reader: Reader = { waiting: [], skipped: 0, wake: null }
      const own = readers.get(project) ?? new Set()
      const isFirst = own.size === 0
      readers.set(project, own.add(reader))
      if (isFirst) announceNow()
      const until = AbortSignal.any([signal, closing.signal])
      try {
        while (!until.aborted) {
          if (reader.waiting.length === 0 && reader.skipped === 0) await woken(reader, until)
          const ends = reader.waiting.splice(0, perSecond)
          const skipped = reader.skipped + reader.waiting.splice(0).length
          reader.skipped = 0
          if (ends.length + skipped === 0) continue
          yield { ends, skipped }
          // What comes within the second goes together.
          await over(1000, until)
        }
      } finally {
        own.delete(reader)
        if (own.size === 0) readers.delete(project)
      }
    },

    close(): void {
      closing.abort()
      clearInterval(timer)
    },
  }
}

const woken = (reader: Reader, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = (): void => {
      reader.wake = null
      signal.removeEventListener('abort', wake)
      resolve()
    }
    reader.wake = wake
    signal.addEventListener('abort', wake, { once: true })
    if (signal.aborted) wake()
  })

const over = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
