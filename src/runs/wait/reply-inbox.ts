import { setTimeout as pause } from 'node:timers/promises'
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

const FIRST_SWEEP_MS = 1500
const LONGEST_SWEEP_MS = 10_000
const SWEEP_EVERY_MS = 500
const SWEEP_AT_ONCE = 200

export type ReplyInbox = ReturnType<typeof createReplyInbox>

/**
 * Where this API process hears that a run has ended. It is told of settled runs on a channel of its own. What is said
 * while it does not listen is lost: so whenever it begins to listen, it reads the records of all that wait; and a sweep
 * re-reads those that wait long. A lost reply makes an answer late and never absent.
 */
export function createReplyInbox(deps: {
  /** Of the process; runs name it as their watcher. */
  id: string
  runs: RunStore
  /** Per shard a connection that is used for nothing else. */
  connections: readonly Redis[]
  /** Told of each run that a call here waited for: how it was heard of, and how long after its end. */
  onDelivered(by: 'reply' | 'sweep', ms: number): void
  log: Logger
}) {
  const waiters = new Map<string, Set<Waiter>>()
  const closing = new AbortController()

  function settle(record: RunRecord, by: 'reply' | 'sweep'): void {
    const waiting = waiters.get(record.request.id)
    if (!waiting) return
    waiters.delete(record.request.id)
    if (record.result) deps.onDelivered(by, Date.now() - record.result.settled)
    for (const waiter of waiting) waiter.resolve(record)
  }

  async function receive(reply: Reply): Promise<void> {
    const [waiter] = waiters.get(reply.id) ?? []
    if (!waiter) return
    const record = reply.result
      ? {
          request: waiter.request,
          status: reply.result.status,
          revision: reply.revision,
          attempts: reply.attempts,
          result: reply.result,
        }
      : // Failing that, the sweep finds it.
        await deps.runs.get(reply.id).catch(() => null)
    if (record) settle(record, 'reply')
  }

  async function sweep(): Promise<void> {
    const now = Date.now()
    const due = [...waiters.values()].flatMap((each) => [...each]).filter((waiter) => waiter.due <= now)
    for (let at = 0; at < due.length; at += SWEEP_AT_ONCE) {
      const some = due.slice(at, at + SWEEP_AT_ONCE)
      const records = await deps.runs.getMany(some.map((waiter) => waiter.request.id))
      for (const record of records) if (record && isFinal(record.status)) settle(record, 'sweep')
      for (const waiter of some) {
        waiter.pauseMs = Math.min(waiter.pauseMs * 2, LONGEST_SWEEP_MS)
        waiter.due = Date.now() + waiter.pauseMs
      }
    }
  }

  const sweepNow = (): Promise<void> =>
    sweep().catch((error: unknown) => deps.log.warn({ err: error }, 'sweeping failed'))

  async function keepSweeping(): Promise<void> {
    while (!closing.signal.aborted) {
      await sweepNow()
      await pause(SWEEP_EVERY_MS, undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  const listeners = deps.connections.map((redis, shard) =>
    listenTo({
      redis,
      channel: shardKeys(shard).replies(deps.id),
      onMessage(text) {
        for (const reply of readReplies(text)) void receive(reply)
      },
      onListening() {
        for (const [id, waiting] of waiters) {
          if (shardOf(id) === shard) for (const waiter of waiting) waiter.due = 0
        }
        void sweepNow()
      },
      onTrouble: (error) => deps.log.warn({ err: error, shard }, 'listening for replies failed'),
    }),
  )
  void keepSweeping()

  return {
    id: deps.id,
    /** How many calls wait here now. */
    size: (): number => [...waiters.values()].reduce((sum, each) => sum + each.size, 0),

    /**
     * Waits for the end of a run, at most `ms`; null when it has not come by then or `signal` fired. Listens from
     * the moment of the call: make it before the run can end, or read the record once more after it.
     */
    wait(request: RunRequest, ms: number, signal: AbortSignal): Promise<RunRecord | null> {
      return new Promise((resolve) => {
        const waiter: Waiter = {
          request,
          pauseMs: FIRST_SWEEP_MS,
          due: Date.now() + FIRST_SWEEP_MS,
          resolve(record) {
            clearTimeout(timer)
            signal.removeEventListener('abort', giveUp)
            resolve(record)
          },
        }
        const giveUp = (): void => {
          const waiting = waiters.get(request.id)
          waiting?.delete(waiter)
          if (waiting?.size === 0) waiters.delete(request.id)
          waiter.resolve(null)
        }
        const timer = setTimeout(giveUp, ms)
        signal.addEventListener('abort', giveUp, { once: true })
        const waiting = waiters.get(request.id) ?? new Set()
        waiters.set(request.id, waiting.add(waiter))
        // Whoever comes while the process is closing does not wait: the run goes on without it.
        if (signal.aborted || closing.signal.aborted) giveUp()
      })
    },

    /** Ends all waits as if their time were over; their calls answer with the run as it stands. */
    async close(): Promise<void> {
      closing.abort()
      for (const waiter of [...waiters.values()].flatMap((each) => [...each])) waiter.resolve(null)
      waiters.clear()
      await Promise.all(listeners.map((listener) => listener.close()))
    },
  }
}
