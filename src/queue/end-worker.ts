import type { Worker } from 'bullmq'

/**
 * Closes a worker: it gets no new jobs, and its active ones may end within `timeoutMs`. BullMQ's own close has no
 * limit, and never ends while Redis is away. Returns false when the time was not enough: then the worker is
 * disconnected from Redis.
 */
export async function endWorker(worker: Worker, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  const ended = await Promise.race([worker.close().then(() => true), late])
  clearTimeout(timer)
  // Not `close(true)`: it waits for the close that has begun, which waits for Redis for ever.
  if (!ended) void worker.disconnect().catch(() => {})
  return ended
}
