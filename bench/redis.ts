import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { findRedisServer } from '../src/platform/find-redis-server.ts'
import { silentLogger } from '../src/platform/logger.ts'
import { startRedisServer } from '../src/platform/redis-server-process.ts'
import { type Measured, measured } from './process.ts'

export interface BenchRedis extends Measured {
  readonly path: string
  readonly version: string
  /** A folder for whatever else the measured processes keep; it goes with this Redis. */
  readonly dataDir: string
  /** Commands executed, and bytes received and sent, so far. */
  traffic(): Promise<{ commands: number; received: number; sent: number }>
  /** Bytes that its data takes. */
  used(): Promise<number>
  /** Resolves when no rewrite of its append-only file goes on beside what is measured. */
  quiet(): Promise<void>
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
  async function read<const Names extends readonly string[]>(section: string, ...names: Names) {
    const info = await redis.info(section)
    const value = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1])
    return names.map(value) as { [At in keyof Names]: number }
  }
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
    async traffic() {
      const [commands, received, sent] = await read(
        'stats',
        'total_commands_processed',
        'total_net_input_bytes',
        'total_net_output_bytes',
      )
      return { commands, received, sent }
    },
    used: async () => (await read('memory', 'used_memory'))[0],
    async quiet() {
      while ((await read('persistence', 'aof_rewrite_in_progress'))[0] !== 0) await pause(100)
    },
  }
}
