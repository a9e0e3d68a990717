import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type RedisServerProcess,
  startRedisServer,
} from '../../src/platform/embedded-redis/redis-server-process.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../src/platform/redis/redis.ts'
import { freePorts } from './free-ports.ts'
import { type PrivateRedis, testRedisProgram } from './redis.ts'
import type { Cleanup } from './system.ts'

/** As few as can agree that one of them is gone. */
const PRIMARIES = 3
const SLOTS = 16_384

export interface ClusterNode {
  readonly port: number
  /** Of its present life. */
  pid(): number
  signal(signal: NodeJS.Signals): void
  /** Dies at once, as by `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
  /** Starts again after a kill, perhaps with further settings, and joins the others in whatever role is left to it. */
  start(settings?: readonly string[]): Promise<void>
}

/** Three primaries on this machine that share the slots, with their replicas. */
export interface RedisCluster {
  /** `redis+cluster://...` as `connectRedis` takes it; the same for all lives of its nodes. */
  readonly url: string
  /** Where its nodes keep their data, each in a folder of its own. */
  readonly dir: string
  readonly nodes: readonly ClusterNode[]
  /** The node that a key belongs to now, by what the others say. */
  primaryOf(key: string): Promise<ClusterNode>
  /** Lets the replica of a key's primary take its place by agreement, as for maintenance; resolves when it has. */
  handOver(key: string): Promise<void>
  /** Resolves when all nodes serve, and all replicas follow. */
  whole(): Promise<void>
}

export interface RedisClusterOptions {
  /** Of each primary: 0 or 1. */
  readonly replicas: number
  /** How long a node may be silent before the others agree that it has failed. */
  readonly nodeTimeoutMs: number
  /** More settings of each node, as on its command line. */
  readonly args?: readonly string[]
}

/** Starts a cluster of servers of version 7 or newer; all of it is gone, with its data, when the test ends. */
export async function startRedisCluster(t: Cleanup, options: RedisClusterOptions): Promise<RedisCluster> {
  const { replicas, nodeTimeoutMs, args = [] } = options
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-cluster-'))
  const program = await testRedisProgram()
  const count = PRIMARIES * (1 + replicas)
  const [ports, buses] = chunk(await freePorts(2 * count), count)
  const servers: RedisServerProcess[] = []
  t.after(async () => {
    await Promise.all(servers.map((server) => server.stop(0)))
    await rm(dir, { recursive: true, force: true })
  })
  const nodes = ports.map((port, at): ClusterNode => {
    const asNode = ['--cluster-enabled', 'yes', '--cluster-port', String(buses[at])]
    const timing = ['--cluster-node-timeout', String(nodeTimeoutMs), '--repl-diskless-sync-delay', '0']
    const pid = () => servers[at]?.pid ?? 0
    const signal = (name: NodeJS.Signals) => process.kill(pid(), name)
    return {
      port,
      pid,
      signal,
      async kill() {
        signal('SIGKILL')
        await servers[at]?.exited
      },
      async start(settings = []) {
        const place = { dir: join(dir, String(port)), address: { port } }
        const all = [...asNode, ...timing, ...args, ...settings]
        const server = await startRedisServer({ ...program, ...place, args: all })
        servers[at] = server
        await server.ready()
      },
    }
  })
  await Promise.all(nodes.map((node) => node.start()))
  await introduce(ports, buses)
  /** Ports of those that have a key's slot: the primary first. */
  const serversOf = (key: string): Promise<number[]> =>
    Promise.any(ports.map((port) => askNode(port, (node) => portsOf(node, key))))
  const cluster: RedisCluster = {
    url: `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
    dir,
    nodes,
    async primaryOf(key) {
      const [port] = await serversOf(key)
      const primary = nodes.find((node) => node.port === port)
      if (!primary) throw new Error(`no node has the slot of ${key}`)
      return primary
    },
    async handOver(key) {
      const [, replica = 0] = await serversOf(key)
      const isDone = (port: number) =>
        askNode(port, async (node) => (await portsOf(node, key))[0] === replica)
      // It gives up after five seconds: on a busy machine, before the others have agreed.
      while (!(await isDone(replica))) {
        await askNode(replica, (node) => node.cluster('FAILOVER')).catch(() => {})
        for (let looks = 0; looks < 300 && !(await isDone(replica)); looks += 1) await pause(20)
      }
      for (const port of ports) await until(() => isDone(port))
    },
    async whole() {
      for (const port of ports) await until(() => askNode(port, (node) => isWhole(node, count)))
    },
  }
  await cluster.whole()
  return cluster
}

/** A cluster without replicas in the place of a private Redis: what happens to that happens to all its nodes. */
export async function startPrivateCluster(
  t: Cleanup,
  { durable, args = [] }: { durable?: boolean; args?: readonly string[] } = {},
): Promise<PrivateRedis> {
  const settings = [...(durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : []), ...args]
  const cluster = await startRedisCluster(t, { replicas: 0, nodeTimeoutMs: 15_000, args: settings })
  const all = <T>(change: (node: ClusterNode) => T): Promise<Awaited<T>[]> =>
    Promise.all(cluster.nodes.map(change))
  return {
    url: cluster.url,
    dir: cluster.dir,
    pause: () => void all((node) => node.signal('SIGSTOP')),
    resume: () => void all((node) => node.signal('SIGCONT')),
    kill: async () => void (await all((node) => node.kill())),
    async start(more = []) {
      await all((node) => node.start(more))
      await cluster.whole()
    },
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20)
}

/** Makes one cluster of nodes that know nothing: the first ones become primaries, the others their replicas. */
async function introduce(ports: readonly number[], buses: readonly number[]): Promise<void> {
  const ids: string[] = []
  for (const [at, port] of ports.entries()) {
    await askNode(port, async (node) => {
      ids.push((await node.cluster('MYID')) as string)
      await node.cluster('SET-CONFIG-EPOCH', at + 1)
      if (at < PRIMARIES) {
        const [first, next] = [at, at + 1].map((part) => Math.floor((part * SLOTS) / PRIMARIES))
        await node.cluster('ADDSLOTSRANGE', first ?? 0, (next ?? SLOTS) - 1)
      }
      if (at > 0) await node.call('CLUSTER', 'MEET', '127.0.0.1', String(ports[0]), String(buses[0]))
    })
  }
  for (const [at, port] of ports.entries()) {
    await until(() => askNode(port, (node) => knows(node, ports.length)))
    if (at >= PRIMARIES) await askNode(port, (node) => node.cluster('REPLICATE', ids[at % PRIMARIES] ?? ''))
  }
}

const knows = async (node: Redis, count: number): Promise<boolean> => {
  const lines = ((await node.cluster('NODES')) as string).trim().split('\n')
  return lines.length === count && lines.every((line) => !/handshake|noaddr/.test(line))
}

async function isWhole(node: Redis, count: number): Promise<boolean> {
  const lines = ((await node.cluster('NODES')) as string).trim().split('\n')
  const healthy =
    lines.length === count && lines.every((line) => / connected( |$)/.test(line) && !/fail/.test(line))
  const primaries = lines.filter((line) => /master/.test(line)).length
  const state = (await node.cluster('INFO')) as string
  const follows = !/master_link_status:down/.test(await node.info('replication'))
  return healthy && primaries === PRIMARIES && /cluster_state:ok/.test(state) && follows
}

async function portsOf(node: Redis, key: string): Promise<number[]> {
  const slot = Number(await node.cluster('KEYSLOT', key))
  const range = (await node.cluster('SLOTS')).find(([first, last]) => first <= slot && slot <= last)
  const [, , ...servers] = range ?? []
  return servers.map(([, port]) => port)
}

/** Asks one node for itself. */
async function askNode<T>(port: number, question: (node: Redis) => Promise<T>): Promise<T> {
  const connections = connectRedis(`redis://127.0.0.1:${port}`, silentLogger())
  try {
    return await question(await connections.commands('operator'))
  } finally {
    connections.close()
  }
}

const chunk = (ports: readonly number[], size: number): [number[], number[]] => [
  ports.slice(0, size),
  ports.slice(size),
]
