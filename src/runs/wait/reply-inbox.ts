import { setTimeout as pause } from 'node:timers/promises'
import { elapsed, sharedNow } from '../../platform/clock.ts'
import { shardOf } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import { listenTo } from '../../platform/redis/channel-listener.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { RunRecord, RunRequest } from '../run.ts'
import { isFinal } from '../run.ts'
import { type Reply, readReplies } from '../store/messages.ts'
import { shardKeys } from '../store/run-keys.ts'
import type { RunStore } from '../store/run-store.ts'

interface Waiter {
  readonly request: RunRequest
  readonly resolve: (record: RunRecord | null) => void
  /** When its record is next read, ms since the epoch; further away each time. */
  due: number
  pauseMs: number
}

/** A record is first polled after this time; then after twice as long each time, up to the longest. */
const FIRST_POLL_MS = 1500
const LONGEST_POLL_MS = 10_000
/** How often the waits are checked for those that are due. */
const CHECK_EVERY_MS = 500
/** How many records are read with one round trip. */
const POLL_BATCH = 200

export type ReplyInbox = ReturnType<typeof createReplyInbox>

/**
 * Where this API process receives the ends of runs that its callers wait for. A reply comes on a channel of its own
 * when a run is settled. Replies are lost while the connection is down. So the records of all awaited runs are read
 * whenever listening begins, and those of long waits are polled. A lost reply makes a response late, but never missing.
 */
export function createReplyInbox(deps: {
  /** Id of the process; runs have it as their watcher. */
  id: string
  runs: RunStore
  /** Per shard a connection that is used for nothing else. */
  connections: readonly Redis[]
  /** What else is heard on the connection of a shard, by its channel. */
  also(shard: number): Readonly<Record<string, (message: string) => void>>
  /** Listening on a connection begins, for the first time or again: messages may have been missed. */
  onListening(shard: number): void
  /** The end of a run was told that nobody waits for here yet, or any more. */
  onUnheard(): void
  /**
   * Called for each run that a caller here waited for: how its end was found, and how many ms after it. `sweep`: by
   * polling.
   */
  onDelivered(by: 'reply' | 'sweep', ms: number): void
  log: Logger
}) {
  const waiters = new Map<string, Waiter[]>()
  const closing = new AbortController()

  function settle(record: RunRecord, by: 'reply' | 'sweep'): void {
    const waiting = waiters.get(record.request.id)
    if (!waiting) return
    waiters.delete(record.request.id)
    if (record.result) deps.onDelivered(by, elapsed(record.result.settled, sharedNow()))
    for (const waiter of waiting) waiter.resolve(record)
  }

  function receive({ id, revision, split, attempts, result }: Reply): void {
    const waiter = waiters.get(id)?.[0]
    if (!waiter) {
      deps.onUnheard()
    } else if (result) {
      settle({ request: waiter.request, status: result.status, revision, split, attempts, result }, 'reply')
    } else {
      // If this fails, polling finds the end.
      const read = deps.runs.get(id).catch(() => null)
      void read.then((record) => record && settle(record, 'reply'))
    }
  }

  async function pollDue(): Promise<void> {
    const now = sharedNow()
    const due = [...waiters.values()].flat().filter((waiter) => waiter.due <= now)
    for (let at = 0; at < due.length; at += POLL_BATCH) {
      const some = due.slice(at, at + POLL_BATCH)
      const records = await deps.runs.getMany(some.map((waiter) => waiter.request.id))
      for (const record of records) if (record && isFinal(record.status)) settle(record, 'sweep')
      for (const waiter of some) {
        waiter.pauseMs = Math.min(waiter.pauseMs * 2, LONGEST_POLL_MS)
        waiter.due = sharedNow() + waiter.pauseMs
      }
    }
  }

  const pollNow = (): Promise<void> =>
    pollDue().catch((error: unknown) => deps.log.warn({ err: error }, 'polling for the ends of runs failed'))

  async function keepPolling(): Promise<void> {
    while (!closing.signal.aborted) {
      await pollNow()
      await pause(CHECK_EVERY_MS, undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  const listeners = deps.connections.map((redis, shard) => {
    const also = deps.also(shard)
    return listenTo({
      redis,
      channels: [shardKeys(shard).replies(deps.id), ...Object.keys(also)],
      onMessage(text, channel) {
        const other = also[channel]
        if (other) other(text)
        else for (const reply of readReplies(text)) receive(reply)
      },
      onListening() {
        for (const [id, waiting] of waiters) {
          if (shardOf(id) === shard) for (const waiter of waiting) waiter.due = 0
        }
        void pollNow()
        deps.onListening(shard)
      },
      onTrouble: (error) => deps.log.warn({ err: error, shard }, 'listening for replies failed'),
    })
  })
  void keepPolling()

  return {
    id: deps.id,
    /** Fires when the process closes: then nobody waits any more. */
    closing: closing.signal,
    /** How many callers wait now. */
    size: (): number => [...waiters.values()].reduce((sum, each) => sum + each.length, 0),

    /**
     * Waits for the end of a run, at most `ms`; null when the run has not ended by then or `signal` fired. Listens from
     * the moment of the call: call it before the run can end, or read the record once more afterwards.
     */
    wait(request: RunRequest, ms: number, signal: AbortSignal): Promise<RunRecord | null> {
      return new Promise((resolve) => {
        const waiter: Waiter = {
          request,
          pauseMs: FIRST_POLL_MS,
          due: sharedNow() + FIRST_POLL_MS,
          resolve(record) {
            clearTimeout(timer)
            signal.removeEventListener('abort', giveUp)
            resolve(record)
          },
        }
        const giveUp = (): void => {
          const others = waiters.get(request.id)?.filter((each) => each !== waiter) ?? []
          if (others.length > 0) waiters.set(request.id, others)
          else waiters.delete(request.id)
          waiter.resolve(null)
        }
        const timer = setTimeout(giveUp, ms)
        signal.addEventListener('abort', giveUp, { once: true })
        const waiting = waiters.get(request.id)
        if (waiting) waiting.push(waiter)
        else waiters.set(request.id, [waiter])
        // While the process is closing nobody waits any more: the response is 202, and the run goes on.
        if (signal.aborted || closing.signal.aborted) giveUp()
      })
    },

    /** Ends all waits as if their time were over: the responses show the runs as they are now. */
    async close(): Promise<void> {
      closing.abort()
      for (const waiter of [...waiters.values()].flat()) waiter.resolve(null)
      waiters.clear()
      await Promise.all(listeners.map((listener) => listener.close()))
    },
  }
}
