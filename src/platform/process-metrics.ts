import { Gauge, Registry } from 'prom-client'
import type { Redis } from './redis/redis.ts'

/** How long a PING may take before it counts as not answered. */
const PING_TIMEOUT_MS = 2000

/**
 * The metrics of one process. Those of the whole installation come from Redis, and are the same in every API process.
 * The gauges are read at each scrape.
 */
export function createProcessMetrics(
  redis: Redis,
  gauges: readonly { readonly name: string; readonly help: string; read(): number | Promise<number> }[],
): Registry {
  const registry = new Registry()
  const ping = {
    name: 'splitrun_redis_ping_seconds',
    help: 'Round trip of a PING, made when this is read; NaN when Redis did not answer.',
    read: () => pingSeconds(redis),
  }
  for (const { name, help, read } of [ping, ...gauges]) {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await read())
      },
    })
  }
  return registry
}

async function pingSeconds(redis: Redis): Promise<number> {
  const started = performance.now()
  const late = new Promise<never>((_, reject) => setTimeout(reject, PING_TIMEOUT_MS).unref())
  try {
    await Promise.race([redis.ping(), late])
    return (performance.now() - started) / 1000
  } catch {
    return Number.NaN
  }
}
