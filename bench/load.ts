import autocannon from 'autocannon'
import type { Call } from './subjects.ts'

export interface Load {
  readonly requests: number
  readonly seconds: number
  readonly rps: number
  /** Milliseconds. */
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/**
 * Sends the same call over and over on so many connections; at most `rate` calls a second where given.
 * @throws {Error} when a single call fails, or when rps x mean latency is not the number of connections: then calls
 *   were hanging, or the generator did not keep up, and the figures would say nothing
 */
export async function load(
  call: Call,
  options: { connections: number; amount: number; rate?: number },
): Promise<Load> {
  const result = await autocannon({
    url: call.url,
    method: 'POST',
    headers: { ...call.headers },
    body: call.body,
    connections: options.connections,
    amount: options.amount,
    timeout: 60,
    ...(options.rate ? { overallRate: options.rate } : {}),
  })
  const failed = result.non2xx + result.errors + result.timeouts
  if (failed > 0) throw new Error(`${failed} of ${options.amount} calls failed`)
  const seconds = (result.finish.getTime() - result.start.getTime()) / 1000
  const rps = result['2xx'] / seconds
  const { mean, p50, p95, p99 } = result.latency as unknown as Record<'mean' | 'p50' | 'p95' | 'p99', number>
  if (!options.rate) {
    const busy = (rps * mean) / 1000
    if (busy < options.connections * 0.8) {
      throw new Error(`only ${busy.toFixed(1)} of ${options.connections} connections were busy`)
    }
  }
  return { requests: result['2xx'], seconds, rps, mean, p50, p95, p99 }
}
