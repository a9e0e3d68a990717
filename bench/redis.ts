import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { findRedisServer } from '../src/platform/embedded-redis/find-redis-server.ts'
import { startRedisServer } from '../src/platform/embedded-redis/redis-server-process.ts'
import { silentLogger } from '../src/platform/logger.ts'
import { startRedisCluster } from '../test/support/redis-cluster.ts'
import { type Measured, measured } from './process.ts'

export interface BenchRedis extends Measured {
  readonly path: string
  readonly version: string
  /** A folder for whatever else the measured processes keep; it goes with this Redis. */
  readonly dataDir: string
  /** What it has done so far. */
  traffic(): Promise<Traffic>
  /** Bytes that its data takes. */
  used(): Promise<number>
  /** Rewrites its append-only file, so that this does not fall due in what is measured; resolves when the disk has it. */
  quiet(): Promise<void>
}

/** Commands executed, those within scripts included, in all and by their names; bytes received and sent. */
export interface Traffic {
  readonly commands: number
  readonly byName: Readonly<Record<string, number>>
  readonly received: number
  readonly sent: number
}

/** A Redis as `npm start` sets it up: a unix socket, an append-only file that is synced every second. */
export async function startBenchRedis(): Promise<BenchRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-bench-'))
  const path = join(dir, 'redis.sock')
  const program = await findRedisServer(join(import.meta.dirname, '../.splitrun'), silentLogger())
  const args = ['--appendonly', 'yes', '--appendfsync', 'everysec']
  const server = await startRedisServer({ ...program, dir, address: { path }, args })
  const { version } = await server.ready()
  const redis = new Redis({ path })
  const read = readInfo(redis)
  const stop = async () => {
    redis.disconnect()
    await server.stop(0)
    await rm(dir, { recursive: true, force: true })
  }
  return {
    ...measured('redis', server.pid, stop),
    path,
    version,
    dataDir: join(dir, 'data'),
    traffic: () => trafficOf(redis),
    used: async () => (await read('memory', 'used_memory'))[0],
    quiet: () => beQuiet([redis]),
  }
}

function readInfo(redis: Redis) {
  return async <const Names extends readonly string[]>(section: string, ...names: Names) => {
    const info = await redis.info(section)
    const value = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1])
    return names.map(value) as { [At in keyof Names]: number }
  }
}

async function trafficOf(redis: Redis): Promise<Traffic> {
  const names = ['total_commands_processed', 'total_net_input_bytes', 'total_net_output_bytes'] as const
  const [commands, received, sent] = await readInfo(redis)('stats', ...names)
  const lines = (await redis.info('commandstats')).matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)
  const byName = Object.fromEntries([...lines].map(([, name = '', calls]) => [name, Number(calls)]))
  return { commands, byName, received, sent }
}

async function beQuiet(connections: readonly Redis[]): Promise<void> {
  for (const redis of connections) {
    const read = readInfo(redis)
    const rewritten = async () => {
      for (;;) {
        const [now, soon] = await read('persistence', 'aof_rewrite_in_progress', 'aof_rewrite_scheduled')
        if (now + soon === 0) return
        await pause(100)
      }
    }
    await rewritten()
    await redis.bgrewriteaof()
    await rewritten()
  }
  await promisify(execFile)('sync')
}

/** Three primaries of a cluster, on ports of this machine, as one Redis that is measured: sums over the three. */
export async function startBenchCluster(): Promise<BenchRedis> {
  const cleanups: (() => Promise<void> | void)[] = []
  const t = { after: (clean: () => Promise<void> | void) => void cleanups.push(clean) }
  const args = ['--appendonly', 'yes', '--appendfsync', 'everysec']
  const cluster = await startRedisCluster(t, { replicas: 0, nodeTimeoutMs: 15_000, args })
  const connections = cluster.nodes.map(({ port }) => new Redis({ port }))
  const nodes = cluster.nodes.map((node) => measured('redis', node.pid(), async () => {}))
  const sum = <T>(of: readonly T[], value: (each: T) => number) =>
    of.reduce((total, each) => total + value(each), 0)
  const stop = async () => {
    for (const redis of connections) redis.disconnect()
    for (const clean of cleanups.reverse()) await clean()
  }
  const [version = 0] = (await connections[0]?.info('server'))?.match(/(?<=redis_version:)\S+/) ?? []
  return {
    ...measured('redis', nodes[0]?.pid ?? 0, stop),
    cpu: () => sum(nodes, (node) => node.cpu()),
    waited: () => sum(nodes, (node) => node.waited()),
    memory: () => sum(nodes, (node) => node.memory()),
    path: cluster.url,
    version: String(version),
    dataDir: join(cluster.dir, 'data'),
    async traffic() {
      const all = await Promise.all(connections.map(trafficOf))
      const total = (name: 'commands' | 'received' | 'sent') => sum(all, (each) => each[name])
      const names = new Set(all.flatMap(({ byName }) => Object.keys(byName)))
      const byName = [...names].map((name) => [name, sum(all, (each) => each.byName[name] ?? 0)])
      return {
        ...{ commands: total('commands'), received: total('received'), sent: total('sent') },
        byName: Object.fromEntries(byName),
      }
    },
    used: async () =>
      sum(
        await Promise.all(connections.map((redis) => readInfo(redis)('memory', 'used_memory'))),
        ([used]) => used,
      ),
    quiet: () => beQuiet(connections),
  }
}
