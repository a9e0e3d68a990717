import type { Worker } from 'bullmq'

/**
 * Closes a worker, which takes nothing new and waits for what it has in hand, for so long at most: BullMQ itself waits
 * for ever while Redis is away. False when the time was not enough; then the worker is cut off from Redis.
 */
export async function endWorker(worker: Worker, patienceMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs)
  })
  const ended = await Promise.race([worker.close().then(() => true), late])
  clearTimeout(timer)
  // Not `close(true)`: a close that has begun waits for Redis for ever, and every later one waits with it.
  if (!ended) void worker.disconnect().catch(() => {})
  return ended
}
