import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'

/** The one call that is made again and again. */
export interface Call {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

export interface Load {
  readonly requests: number
  /** At most so many more were sent and not waited for. */
  readonly brokenOff: number
  readonly seconds: number
  readonly rps: number
  /** Milliseconds. */
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export interface LoadOptions {
  readonly connections: number
  readonly amount: number
  /** At most so many calls a second, all connections together. Absent: each call follows the one before. */
  readonly rate?: number
  /** Is told how long each call took, in ms, and which one it was, from 0. */
  readonly onCall?: (ms: number, at: number) => void
}

/** Of the connections, how many must have been busy all the time. */
const BUSY = 0.85

/**
 * Sends the same call over and over, one at a time on each connection.
 * @throws {Error} when a single call fails, or when rps x mean latency is not the number of connections: then calls
 *   were hanging, or this generator did not keep up, and the figures would say nothing
 */
export async function load(call: Call, { connections, amount, rate, onCall }: LoadOptions): Promise<Load> {
  const { origin, pathname, search } = new URL(call.url)
  const pool = new Pool(origin, { connections, headersTimeout: 60_000, bodyTimeout: 60_000 })
  const options = {
    path: pathname + search,
    method: 'POST' as const,
    headers: { ...call.headers },
    body: call.body,
  }
  const latencies = new Float64Array(amount)
  const started = performance.now()
  let sent = 0

  async function connection(): Promise<void> {
    while (sent < amount) {
      const at = sent
      sent += 1
      const due = rate ? started + (at * 1000) / rate : performance.now()
      const early = due - performance.now()
      if (early > 1) await pause(early)
      // A call that could not be sent in time, because all connections were waiting, has waited too.
      const begun = early < 0 ? due : performance.now()
      const { statusCode, body } = await pool.request(options)
      const text = await body.text()
      latencies[at] = performance.now() - begun
      onCall?.(latencies[at], at)
      if (statusCode !== 200) throw new Error(`a call failed: ${statusCode} ${text.slice(0, 500)}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, connection))
  } finally {
    await pool.destroy()
  }
  const seconds = (performance.now() - started) / 1000
  const rps = amount / seconds
  const sorted = latencies.toSorted()
  const mean = sorted.reduce((sum, each) => sum + each, 0) / amount
  const busy = (rps * mean) / 1000
  if (!rate && busy < connections * BUSY) {
    throw new Error(`only ${busy.toFixed(1)} of ${connections} connections were busy`)
  }
  return {
    requests: amount,
    brokenOff: 0,
    seconds,
    rps,
    mean,
    p50: percentileOf(sorted, 0.5),
    p95: percentileOf(sorted, 0.95),
    p99: percentileOf(sorted, 0.99),
  }
}

/** What that share of the values stays below. */
export function percentileOf(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
