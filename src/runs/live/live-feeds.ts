import { shardOf } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { RunRecord } from '../run.ts'
import { readNews } from '../store/live-texts.ts'
import type { RunStore } from '../store/run-store.ts'
import { LiveFeed } from './live-feed.ts'

/** Most bytes that are read of a text at once: what one reader is told in one piece. */
const READ_BYTES = 8192

/** Making an error for each run costs more than the rest of its end. */
const RELEASED = 'nobody watches the run here any more'

interface Opened {
  readonly feed: LiveFeed
  readonly closing: AbortController
  readers: number
}

/** One reader's hold on the feed of a run. */
export interface FeedHold {
  readonly feed: LiveFeed
  /** Must be called once, when the reader is done. */
  release(): void
}

export type LiveFeeds = ReturnType<typeof createLiveFeeds>

/**
 * The runs that are watched through this API process, one feed for each, however many watch it.
 * @param deps.api id of the process; workers tell it what its runs say
 */
export function createLiveFeeds({ runs, api, log }: { runs: RunStore; api: string; log: Logger }) {
  const feeds = new Map<string, Opened>()

  function create(record: RunRecord): Opened {
    const { id } = record.request
    const feed = new LiveFeed(record, {
      get: () => runs.get(id),
      attach: (from) => runs.attach(id, api, from, READ_BYTES),
      onTrouble: (error) => log.debug({ err: error, run_id: id }, 'a watched run cannot be read now'),
    })
    return { feed, closing: new AbortController(), readers: 0 }
  }

  return {
    /** How many runs are watched here. */
    size: (): number => feeds.size,

    /** A message on the channel of this process. */
    onNews(message: string): void {
      for (const { id, piece } of readNews(message)) feeds.get(id)?.feed.receive(piece)
    },

    /** Listening begins, for the first time or again. */
    onListening(shard: number): void {
      for (const [id, { feed }] of feeds) if (shardOf(id) === shard) feed.miss()
    },

    /**
     * Follows a run, together with all others here who do.
     * @param awaitEnd resolves to the run when it has ended; to null when nobody will know, or `signal` fired
     */
    open(record: RunRecord, awaitEnd: (signal: AbortSignal) => Promise<RunRecord | null>): FeedHold {
      const { id } = record.request
      const known = feeds.get(id)
      const opened = known ?? create(record)
      opened.readers += 1
      if (!known) {
        feeds.set(id, opened)
        const { signal } = opened.closing
        if (!opened.feed.end) void awaitEnd(signal).then((ended) => opened.feed.finish(ended))
      }
      return {
        feed: opened.feed,
        release() {
          opened.readers -= 1
          if (opened.readers > 0) return
          feeds.delete(id)
          opened.closing.abort(RELEASED)
          // If this fails, the next piece finds nobody who listens.
          if (!opened.feed.end) runs.detach(id, api).catch(() => {})
        },
      }
    },
  }
}
