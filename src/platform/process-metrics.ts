import { Gauge, Registry } from 'prom-client'
import type { Redis } from './redis/redis.ts'

/** A Redis that has not answered by then is not asked any longer how quick it is. */
const PING_PATIENCE_MS = 2000

/**
 * What one process says of itself; what the whole installation did is in Redis, and the same wherever it is asked.
 * The gauges are read whenever somebody asks for them.
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
  const late = new Promise<never>((_, reject) => setTimeout(reject, PING_PATIENCE_MS).unref())
  try {
    await Promise.race([redis.ping(), late])
    return (performance.now() - started) / 1000
  } catch {
    return Number.NaN
  }
}
