import { Redis, type RedisOptions } from 'ioredis'
import type { Logger } from '../logger.ts'
import { askForPrimary, expectCluster, expectSingle, leadTo, openCluster } from './redis-cluster.ts'
import { type HostPort, readRedisTarget } from './redis-target.ts'

export type { Redis }

/** Opens connections to the one Redis of this process. Nothing else in the project makes a `new Redis`. */
export interface RedisConnections {
  /** Connects, once, and lets go again. Rejects with what was in the way, a database that is not there included. */
  probe(): Promise<void>
  /** For commands: fails at once while Redis is away, so that a caller gets a 503 and never hangs. */
  commands(name: string): Promise<Redis>
  /**
   * For blocking reads and for BullMQ's workers: waits for ever and reconnects by itself. It leads to where `key` is,
   * and must be asked for nothing but that and what shares its hash tag.
   */
  blocking(name: string, key: string): Redis
  /** Closes every connection that was opened here. */
  close(): void
}

/** Reconnects quickly at first and never slower than every two seconds, for ever. */
const retryStrategy = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2000)

/** Longer than any blocking read waits here; a server that is silent for so long is gone, whatever TCP thinks. */
const SILENCE_MS = 15_000

const PROBE_MS = 3000

/**
 * `target` is what `readRedisTarget` understands. `timeoutMs` bounds each command on a connection for commands, and
 * each attempt to connect.
 */
export function connectRedis(target: string, log: Logger, timeoutMs = 5000): RedisConnections {
  const place = readRedisTarget(target)
  const cluster = 'nodes' in place ? place : null
  const opened: Redis[] = []

  const settingsOf = (name: string, options: RedisOptions) => ({
    connectionName: `splitrun:${name}`,
    connectTimeout: timeoutMs,
    retryStrategy,
    // What was a master is a replica now: the name may lead to the new one already.
    reconnectOnError: (error: Error) => /\b(READONLY|MOVED)\b/.test(error.message),
    ...options,
    replyMapping: 'legacy' as const,
  })

  function make(name: string, options: RedisOptions): Redis {
    const settings = settingsOf(name, options)
    return 'url' in place
      ? new Redis(place.url, settings)
      : new Redis({ ...(cluster ? cluster.login : (place as RedisOptions)), ...settings })
  }

  function keep(name: string, redis: Redis): Redis {
    redis.on('error', (error: Error) =>
      log.warn({ connection: name, reason: error.message }, 'redis connection'),
    )
    opened.push(redis)
    return redis
  }

  /** The nodes of the cluster that are known by now: those that were given may go. */
  let nodes: readonly HostPort[] = cluster?.nodes ?? []

  /** Asks them one after the other, beginning with any, until one answers. */
  async function askAny<T>(ask: (node: Redis, at: HostPort) => Promise<T>): Promise<T> {
    const first = Math.floor(Math.random() * nodes.length)
    let failure: unknown
    for (const node of [...nodes.slice(first), ...nodes.slice(0, first)]) {
      try {
        return await askOnce(make('probe', { ...ONCE, ...node }), (redis) => ask(redis, node))
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  async function findPrimary(key: string): Promise<HostPort> {
    const found = await askAny((node, at) => askForPrimary(node, at, key))
    nodes = uniqueOf([...found.nodes, ...(cluster?.nodes ?? [])])
    return found.primary
  }

  return {
    probe: () => (cluster ? askAny(expectCluster) : askOnce(make('probe', ONCE), expectSingle)),
    async commands(name) {
      const options = {
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        commandTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        lazyConnect: true,
      }
      const redis = cluster ? openCluster(cluster, timeoutMs, settingsOf(name, options)) : make(name, options)
      await keep(name, redis).connect()
      return redis
    },
    blocking(name, key) {
      const lead = cluster ? leadTo(() => findPrimary(key), cluster.login) : {}
      // Whoever listens to a channel asks to listen again by itself.
      const own = { maxRetriesPerRequest: null, socketTimeout: SILENCE_MS, autoResubscribe: false }
      return keep(name, make(name, { ...own, ...lead }))
    },
    close() {
      for (const redis of opened) if (redis.status !== 'end') redis.disconnect()
    },
  }
}

const uniqueOf = (nodes: readonly HostPort[]): HostPort[] => [
  ...new Map(nodes.map((node) => [`${node.host}:${node.port}`, node])).values(),
]

const never = () => null

/** A connection that is tried once. */
const ONCE: RedisOptions = {
  lazyConnect: true,
  retryStrategy: never,
  sentinelRetryStrategy: never,
  enableReadyCheck: false,
  connectTimeout: PROBE_MS,
  commandTimeout: PROBE_MS,
}

/** Connects, asks, and lets go again. */
async function askOnce<T>(redis: Redis, ask: (redis: Redis) => Promise<T>): Promise<T> {
  // What goes wrong is told by an event; the promise only tells that the connection was closed.
  const failed = new Promise<never>((_, reject) => redis.on('error', reject))
  try {
    return await Promise.race([redis.connect().then(() => ask(redis)), failed])
  } finally {
    redis.disconnect()
  }
}

/** The connection is lost, cannot be made, or is silent. */
const AWAY =
  /^(Connection is closed|Stream isn't writeable|Cluster isn't ready|Cluster is ended|None of startup nodes is available|Failed to refresh slots cache|Command timed out|Command aborted due to connection close|Socket timeout|All sentinels are unreachable|ERR max number of clients reached)|max retries per request|\b(ECONN(REFUSED|RESET|ABORTED)|E(PIPE|TIMEDOUT|MFILE|NFILE|NOBUFS|HOSTUNREACH|NETUNREACH|NETDOWN|AI_AGAIN|NOTFOUND))\b|ENOENT.*sock/i

/**
 * It answers, and will not do it now: full, a replica, still loading, unable to save or to replicate, busy with a
 * script, no part of a working cluster, or not the part that has the key, asked again and again. Redis before 7 puts its
 * own words around what failed within a script.
 */
const UNABLE =
  /^(ERR Error running script.*:\s*-?|Too many Cluster redirections\. Last error: (Reply)?Error: )?(OOM|READONLY|LOADING|MISCONF|BUSY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|UNBLOCKED|EXECABORT)\b/

/** Its user may not do it, now: an operator took a right away, or the user has another password. */
const DENIED = /^(NOPERM|NOAUTH|WRONGPASS)\b|ACL failure in script|The user executing the script can't /

/** True when Redis answers, and its user has no right to what was asked for, or cannot log in. */
export const isRedisDenied = (error: unknown): boolean => error instanceof Error && DENIED.test(error.message)

/**
 * True for the failures that mean "Redis cannot serve this now", as opposed to a mistake of ours. Those of rights are
 * among them: what a process needs of them was there when it started.
 */
export function isRedisUnavailable(error: unknown): boolean {
  return error instanceof Error && [AWAY, UNABLE, DENIED].some((each) => each.test(error.message))
}

/**
 * True when a command that failed cannot have had an effect: it was never sent, or Redis refused it before its first
 * change. Of any other failure of the connection nobody knows.
 */
export function wasNotExecuted(error: unknown): boolean {
  return (
    error instanceof Error &&
    (/^(Stream isn't writeable|Cluster isn't ready)/.test(error.message) ||
      UNABLE.test(error.message) ||
      // Within a script, commands before this one may have been executed.
      (DENIED.test(error.message) && !/\bscript\b/.test(error.message)))
  )
}
