import { createConnection } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { AbstractConnector, Cluster, type DNSLookupFunction, type Redis, type RedisOptions } from 'ioredis'
import type { ClusterTarget, HostPort } from './redis-target.ts'

/** How long one node may take to say who has which slots, before the next one is asked. */
const MAP_MS = 2000

/**
 * A cluster whose commands are answered or refused in time. ioredis keeps them for as long as the cluster is away, and
 * sends what a broken connection left unanswered a second time, which would be a second claim or a second save.
 */
class FailFastCluster extends Cluster {
  readonly #timeoutMs: number

  constructor(timeoutMs: number, ...[nodes, options]: ConstructorParameters<typeof Cluster<'legacy'>>) {
    super(nodes, { ...options, lazyConnect: true, retryDelayOnFailover: 0 })
    this.#timeoutMs = timeoutMs
  }

  override sendCommand(...[command, stream, node]: Parameters<Cluster['sendCommand']>): unknown {
    if (this.status !== 'ready') {
      command.reject(new Error("Cluster isn't ready"))
      return command.promise
    }
    // For all its redirections and the connections that they need; a node bounds only what it was sent itself.
    command.setTimeout(this.#timeoutMs)
    return super.sendCommand(command, stream, node)
  }
}

/**
 * For commands: a connection to each node that is needed. It is used like one to a single server, whose type it
 * therefore has, except that each pipeline, script and MULTI keeps to one hash tag. A key that has moved is followed;
 * what else is under way to its old node goes on, so nothing is reconnected for that.
 */
export function openCluster(
  { nodes, login }: ClusterTarget,
  timeoutMs: number,
  { retryStrategy, reconnectOnError: _, ...settings }: RedisOptions,
): Redis {
  const cluster = new FailFastCluster(timeoutMs, [...nodes], {
    redisOptions: { ...settings, ...login, replyMapping: 'legacy' },
    clusterRetryStrategy: retryStrategy as (times: number) => number,
    slotsRefreshTimeout: MAP_MS,
    // A cluster that is down says so to each command; until then it may be of use.
    enableReadyCheck: false,
    ...(login.tls ? { dnsLookup: keepName } : {}),
  })
  cluster.on('node error', (error: Error) => cluster.emit('error', error))
  return cluster as unknown as Redis
}

/** The servers that hold the keys, each with a name that stays: the primaries of a cluster, or the only server. */
export function primariesOf(redis: Redis): { name: string; node: Redis }[] {
  const connection: unknown = redis
  if (!(connection instanceof Cluster)) return [{ name: 'server', node: redis }]
  return connection.nodes('master').map((node) => ({
    name: `${node.options.host}:${node.options.port}`,
    node: node as Redis,
  }))
}

/** A certificate is made for a name, which ioredis would turn into an address. */
const keepName: DNSLookupFunction = (name, found) => found(null, name)

/**
 * Leads a single connection to the node that has one slot, whichever that is whenever it connects. `find` is asked
 * again and again until it knows; giving up would end the connection.
 */
export function leadTo(find: () => Promise<HostPort>, { tls }: ClusterTarget['login']): RedisOptions {
  class SlotConnector extends AbstractConnector {
    constructor() {
      super(2000)
    }

    async connect(report: (type: string, error: Error) => void) {
      this.connecting = true
      for (let attempt = 1; this.connecting; attempt += 1) {
        const place = await find().catch((error: Error) => report('error', error))
        if (place && this.connecting) {
          this.stream = tls ? connectTls({ ...place, ...tls }) : createConnection(place)
          this.stream.once('error', (error) => {
            this.firstError = error
          })
          return this.stream
        }
        await pause(Math.min(100 * attempt, 2000))
      }
      throw new Error('Connection is closed.')
    }

    /** Each of many refusals that arrive together asks for it; once is enough. */
    override disconnect(): void {
      if (this.connecting) super.disconnect()
    }

    /** Of what a node says when it is connected: a replica that was believed to be more is left again. */
    override check({ role }: { role?: string }): boolean {
      return role !== 'slave'
    }
  }
  return { Connector: SlotConnector, ...(tls ? { tls } : {}) }
}

/** Passes when all of the cluster serves, as a node of it sees it. */
export async function expectCluster(node: Redis): Promise<void> {
  const info = (await node.cluster('INFO')) as string
  if (!info.includes('cluster_state:ok')) throw new Error('CLUSTERDOWN the cluster is not up')
}

/** Passes for a server that answers and does not share its keys with others. */
export async function expectSingle(redis: Redis): Promise<void> {
  await redis.ping()
  // Who may not ask is told so later, with all other rights that are missing.
  const replication = await redis.info('replication').catch((error: Error) => {
    if (!error.message.startsWith('NOPERM')) throw error
    return ''
  })
  // It may be about to become a primary, which is worth some patience.
  if (/^role:slave/m.test(replication)) throw new Error('READONLY it is a replica; its primary is needed')
  // Most are no part of a cluster, and say so by an error.
  const info = await redis.cluster('INFO').catch(() => '')
  if (/cluster_size:(?!0|1\r)/.test(String(info))) {
    throw new Error('it is one node of a cluster: REDIS_URL must begin with redis+cluster://')
  }
}

/** The primary of a key's slot, and all nodes, as one of them sees it. */
export async function askForPrimary(
  node: Redis,
  asked: HostPort,
  key: string,
): Promise<{ primary: HostPort; nodes: HostPort[] }> {
  const [slot, ranges] = await Promise.all([node.cluster('KEYSLOT', key), node.cluster('SLOTS')])
  // A node that does not know its own address is found where it was asked.
  const toPlace = ([host, port]: readonly [string, number, ...unknown[]]): HostPort => ({
    host: host || asked.host,
    port,
  })
  const range = ranges.find(([first, last]) => first <= Number(slot) && Number(slot) <= last)
  const [, , primary] = range ?? []
  if (!primary) throw new Error('CLUSTERDOWN no node has the slot')
  return { primary: toPlace(primary), nodes: ranges.flatMap(([, , ...served]) => served.map(toPlace)) }
}
