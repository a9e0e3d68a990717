import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { findRedisServer } from '../src/platform/find-redis-server.ts'
import { silentLogger } from '../src/platform/logger.ts'
import { startRedisServer } from '../src/platform/redis-server-process.ts'
import { type Measured, measured } from './process.ts'

export interface BenchRedis extends Measured {
  readonly path: string
  /** Commands and bytes received so far. */
  traffic(): Promise<{ commands: number; bytes: number }>
}

/** A Redis as `npm start` sets it up: a unix socket, an append-only file that is synced every second. */
export async function startBenchRedis(): Promise<BenchRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-bench-'))
  const path = join(dir, 'redis.sock')
  const program = await findRedisServer(join(import.meta.dirname, '../.splitrun'), silentLogger())
  const args = ['--appendonly', 'yes', '--appendfsync', 'everysec']
  const server = await startRedisServer({ ...program, dir, address: { path }, args })
  await server.ready()
  const redis = new Redis({ path })
  const stop = async () => {
    redis.disconnect()
    await server.stop(0)
    await rm(dir, { recursive: true, force: true })
  }
  return {
    ...measured('redis', server.pid, stop),
    path,
    async traffic() {
      const info = await redis.info('stats')
      const read = (name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1])
      return { commands: read('total_commands_processed'), bytes: read('total_net_input_bytes') }
    },
  }
}
