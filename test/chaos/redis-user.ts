import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { silentLogger } from '../../src/platform/logger.ts'
import { connectRedis } from '../../src/platform/redis/redis.ts'
import type { PrivateRedis } from '../support/redis.ts'
import { GIVEN_RIGHTS } from '../support/redis-rights.ts'
import type { Cleanup } from '../support/system.ts'

/** The line with which a Redis with a file of users begins: the administrator needs no password. */
export const NO_OTHER_USER = 'user default on nopass ~* &* +@all\n'

const NAME = 'splitrun'
const RETRY_MS = 100

/** The user of all members. Redis keeps what is changed over its restarts; changes wait until it takes them. */
export interface RedisUser {
  /** Where Redis is, with the newest password. */
  url(): string
  /** By rules of `ACL SETUSER`. */
  change(rules: readonly string[]): Promise<void>
  /** Breaks its connections. */
  cutOff(): Promise<void>
  /** Gives it another password; the old one is good, too, until what this resolves with has been called. */
  renewPassword(): Promise<() => Promise<void>>
}

/** Makes the user in a Redis that has a file of users, and that listens at this port of the loopback, too. */
export async function createRedisUser(t: Cleanup, redis: PrivateRedis, port: number): Promise<RedisUser> {
  const connections = connectRedis(redis.url, silentLogger())
  t.after(() => connections.close())
  const administrator = await connections.commands('administrator')
  let password = newPassword()

  async function administer(command: string, ...args: string[]): Promise<void> {
    for (;;) {
      try {
        await administrator.call(command, ...args)
        return
      } catch (error) {
        // Redis may be down, or stand still. A command that it does not take is a mistake of ours.
        if (/^ERR/.test((error as Error).message)) throw error
        await pause(RETRY_MS)
      }
    }
  }
  async function change(rules: readonly string[]): Promise<void> {
    await administer('ACL', 'SETUSER', NAME, ...rules)
    await administer('ACL', 'SAVE')
  }
  const cutOff = () => administer('CLIENT', 'KILL', 'USER', NAME)

  await change([...GIVEN_RIGHTS, `>${password}`])
  return {
    url: () => `redis://${NAME}:${password}@127.0.0.1:${port}`,
    change,
    cutOff,
    async renewPassword() {
      const old = password
      const renewed = newPassword()
      await change([`>${renewed}`])
      password = renewed
      return async () => {
        await change([`<${old}`])
        await cutOff()
      }
    },
  }
}

const newPassword = (): string => randomBytes(12).toString('hex')
