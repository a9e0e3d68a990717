import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type EmbeddedRedis, openEmbeddedRedis } from '../../src/platform/embedded-redis/embedded-redis.ts'
import {
  identifyProcess,
  type ProcessIdentity,
  stopProcess,
} from '../../src/platform/embedded-redis/process-identity.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../src/platform/redis/redis.ts'
import { lendRedisProgram } from './redis.ts'
import type { Cleanup } from './system.ts'

const log = silentLogger()
const HOLDER = join(import.meta.dirname, '../fixtures/embedded-redis-holder.ts')

/** Ends each process that has a test's folder open; before its server is stopped, or they would start it again. */
const openers = new Map<string, (() => Promise<void>)[]>()

/** A data folder that knows the server program; whatever runs on it at the end of the test is stopped. */
export async function makeDataDir(t: Cleanup, inner = ''): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  const dataDir = join(root, inner)
  await mkdir(dataDir, { recursive: true })
  await lendRedisProgram(dataDir)
  openers.set(dataDir, [])
  t.after(async () => {
    for (const close of openers.get(dataDir) ?? []) await close()
    openers.delete(dataDir)
    const record = await readFile(join(dataDir, 'redis/server.json'), 'utf8').catch(() => null)
    if (record) await stopProcess(JSON.parse(record) as ProcessIdentity, 0)
    await rm(root, { recursive: true, force: true })
  })
  return dataDir
}

export async function withCommands<T>(socketPath: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const connections = connectRedis(socketPath, log)
  try {
    return await use(await connections.commands('test'))
  } finally {
    connections.close()
  }
}

/** Another process that opens the same folder, in a process group of its own like a terminal's. */
export async function hold(dataDir: string): Promise<EmbeddedRedis & { holder: ChildProcess }> {
  const holder = spawn(process.execPath, [HOLDER, dataDir], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = once(holder, 'exit')
  openers.get(dataDir)?.push(async () => {
    holder.kill('SIGKILL')
    await gone
  })
  const [line] = await once(createInterface(holder.stdout), 'line')
  return { ...JSON.parse(line as string), holder }
}

/** Opens a folder made by makeDataDir; it is closed at the end of the test if not before. */
export async function openRedis(dataDir: string): Promise<EmbeddedRedis> {
  const redis = await openEmbeddedRedis({ dataDir, log })
  openers.get(dataDir)?.push(() => redis.close())
  return redis
}

export async function identityOf(pid: number): Promise<ProcessIdentity> {
  const identity = await identifyProcess(pid)
  assert.ok(identity, `process ${pid} runs`)
  return identity
}
