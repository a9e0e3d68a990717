import { Cluster, type DNSLookupFunction, type Redis, type RedisOptions } from 'ioredis'
import type { ClusterTarget } from './redis-target.ts'

/** How long one node may take to say who has which slots, before the next one is asked. */
const MAP_MS = 2000

/** A command that may wait tries again after so long, whatever was in its way: a failover takes seconds. */
const PAUSE_MS = 250

/**
 * A cluster whose commands are answered or refused in time. ioredis keeps them for as long as the cluster is away, and
 * sends what a broken connection left unanswered a second time, which would be a second claim or a second save.
 */
class PromptCluster extends Cluster {
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
 * A connection to a cluster: to each of its nodes that is needed, found again after a failover. It is used like that to
 * a single server, whose type it therefore has; a pipeline, a script or a MULTI must keep to one hash tag.
 * With a `commandTimeout` it is for commands, and must be told to connect; without, it waits for ever.
 */
export function openCluster(
  target: ClusterTarget,
  { retryStrategy, commandTimeout, ...settings }: RedisOptions,
): Redis {
  const nodes = [...target.nodes]
  const options = {
    redisOptions: { ...settings, ...target.login, replyMapping: 'legacy' as const },
    clusterRetryStrategy: retryStrategy as (times: number) => number,
    slotsRefreshTimeout: MAP_MS,
    // A cluster that is down says so to each command; until then it may be of use.
    enableReadyCheck: false,
    ...(target.login.tls ? { dnsLookup: keepName } : {}),
  }
  const cluster =
    commandTimeout === undefined
      ? new Cluster(nodes, { ...options, ...PATIENCE })
      : new PromptCluster(commandTimeout, nodes, options)
  cluster.on('node error', (error: Error) => cluster.emit('error', error))
  return cluster as unknown as Redis
}

const PATIENCE = {
  maxRedirections: Number.POSITIVE_INFINITY,
  retryDelayOnFailover: PAUSE_MS,
  retryDelayOnClusterDown: PAUSE_MS,
  retryDelayOnTryAgain: PAUSE_MS,
  retryDelayOnMoved: PAUSE_MS,
}

/** A certificate is made for a name, which ioredis would turn into an address. */
const keepName: DNSLookupFunction = (name, found) => found(null, name)
