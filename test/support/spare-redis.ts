import { rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RedisServerProcess } from '../../src/platform/embedded-redis/redis-server-process.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../src/platform/redis/redis.ts'

/** A server of one test at a time. To start one costs more than most tests do. */
export interface SpareRedis {
  readonly dir: string
  readonly server: RedisServerProcess
}

/** More are never in use at once, but by tests that end together. */
const MOST = 3
const spare: SpareRedis[] = []
let isWanted = false

/** Whether servers are kept from now on. Not where tests start processes: one that lost its connection could come back to it. */
export function wantSpares(wanted: boolean): void {
  isWanted = wanted
}

/** Where a server listens that keeps its data there. */
export const socketIn = (dir: string): string => join(dir, 'redis.sock')

/** What a server that was just started has there. */
const FILES = ['redis.log', 'redis.sock']

/** What servers that were just started say of themselves, which is the same for all of them. */
let asStarted: Promise<string> | undefined

/** Looks at a server that was just started without settings, to know one again to which nothing was done. */
export async function learnSettings(dir: string): Promise<void> {
  if (!isWanted) return
  asStarted ??= ask(dir, (redis) => settingsOf(redis, dir))
  await asStarted
}

/** A server that has no keys, no scripts, no connections, and all settings as they were; nothing if there is none. */
export const takeSpare = (): SpareRedis | undefined => (isWanted ? spare.pop() : undefined)

/**
 * Keeps a server for the next test of this process. False if that would find anything of this one there: a connection that
 * is still open, a setting, a user or a file. Such a server is to be stopped.
 */
export async function keepSpare(redis: SpareRedis): Promise<boolean> {
  if (!isWanted || spare.length >= MOST) return false
  const isAsNew = await ask(redis.dir, (own) => makeNew(own, redis.dir)).catch(() => false)
  if (isAsNew) spare.push(redis)
  return isAsNew
}

async function makeNew(redis: Redis, dir: string): Promise<boolean> {
  if (!(await isAlone(redis)) || (await settingsOf(redis, dir)) !== (await asStarted)) return false
  if ((await readdir(dir)).some((name) => !FILES.includes(name))) return false
  await redis.flushall('SYNC')
  await redis.script('FLUSH', 'SYNC')
  await redis.config('RESETSTAT')
  return true
}

/** Whether there is no connection but this one, once the server has seen those end that were just closed. */
async function isAlone(redis: Redis): Promise<boolean> {
  for (let looks = 0; looks < 20; looks += 1) {
    const clients = String(await redis.client('LIST')).trim()
    if (!clients.includes('\n')) return true
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  return false
}

/** All that outlasts the data of a server, without where it is. */
async function settingsOf(redis: Redis, dir: string): Promise<string> {
  const [settings, users] = await Promise.all([redis.config('GET', '*'), redis.call('ACL', 'LIST')])
  // Each server lists them in an order of its own.
  const sorted = Object.fromEntries(pairsOf(settings as string[]).sort(([a], [b]) => (a < b ? -1 : 1)))
  return JSON.stringify([sorted, users]).replaceAll(dir, '')
}

const pairsOf = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : []))

async function ask<T>(dir: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const connections = connectRedis(socketIn(dir), silentLogger())
  try {
    return await question(await connections.commands('spare'))
  } finally {
    connections.close()
  }
}

// They keep no process alive, so that it ends when its tests have.
process.on('exit', () => {
  for (const { dir, server } of spare) {
    try {
      process.kill(server.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    rmSync(dir, { recursive: true, force: true })
  }
})
