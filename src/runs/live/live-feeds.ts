import { shardOf } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { RunRecord } from '../run.ts'
import { readNews } from '../store/live-texts.ts'
import type { RunStore } from '../store/run-store.ts'
import { LiveFeed } from './live-feed.ts'
import type { Position } from './position.ts'

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
  /** How often something may have been told of a run that nobody watched here yet, or any more. */
  let unheard = 0

  function create(record: RunRecord, isNew: boolean): Opened {
    const { id } = record.request
    const deps = {
      get: () => runs.get(id),
      attach: (from: Position) => runs.attach(id, api, from, READ_BYTES),
      onTrouble: (error: unknown) =>
        log.debug({ err: error, run_id: id }, 'a watched run cannot be read now'),
    }
    const feed = new LiveFeed(record, deps, isNew)
    return { feed, closing: new AbortController(), readers: 0 }
  }

  return {
    /** How many runs are watched here. */
    size: (): number => feeds.size,

    /** A message on the channel of this process. */
    onNews(message: string): void {
      for (const { id, piece } of readNews(message)) {
        const opened = feeds.get(id)
        if (opened) opened.feed.receive(piece)
        else unheard += 1
      }
    },

    /** The end of a run was told that nobody waited for here. */
    onUnheard(): void {
      unheard += 1
    },

    /** To be read before a run is created that is to be followed: see `open`. */
    unheard: (): number => unheard,

    /** Listening begins, for the first time or again. */
    onListening(shard: number): void {
      unheard += 1
      for (const [id, { feed }] of feeds) if (shardOf(id) === shard) feed.miss()
    },

    /**
     * Follows a run, together with all others here who do.
     * @param awaitEnd resolves to the run when it has ended; to null when nobody will know, or `signal` fired
     * @param unheardBefore what `unheard` was before the run was created for this process to listen: if it is that still,
     *   nothing was missed, and Redis need not be asked; absent for any other run
     */
    open(
      record: RunRecord,
      awaitEnd: (signal: AbortSignal) => Promise<RunRecord | null>,
      unheardBefore?: number,
    ): FeedHold {
      const { id } = record.request
      const known = feeds.get(id)
      const opened = known ?? create(record, unheardBefore === unheard)
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
