import { randomUUID } from 'node:crypto'
import { RedisUnusableError } from './await-redis.ts'
import type { Redis } from './redis.ts'
import { shardTag } from './shard-tag.ts'

/**
 * Every command that scripts and stores use, those of BullMQ included, with arguments for a key `k` that is a string:
 * whatever expects another type fails without an effect. `n` does not exist.
 */
const TRIED =
  `SET k v PX 1000;GET k;MGET k;EXISTS k;TYPE k;TTL k;PTTL k;EXPIRE n 1;PEXPIRE n 1;PEXPIREAT n 1;PERSIST n;RENAME n n
INCR k;INCRBY k 1;HSET k f v;HMSET k f v;HSETNX k f v;HGET k f;HMGET k f;HGETALL k;HKEYS k;HVALS k;HDEL k f;HEXISTS k f;HLEN k
HINCRBY k f 1;HINCRBYFLOAT k f 1;LPUSH k m;RPUSH k m;LPOP k;RPOP k;RPOPLPUSH k k;LLEN k;LRANGE k 0 0;LREM k 1 m;LSET k 0 v;LTRIM k 0 0
LINDEX k 0;LPOS k m;SADD k m;SREM k m;SCARD k;SMEMBERS k;SISMEMBER k m;ZADD k 1 m;ZREM k m;ZCARD k;ZCOUNT k 0 0
ZSCORE k m;ZRANK k m;ZRANDMEMBER k 1;HRANDFIELD k 1;HSTRLEN k f;ZINCRBY k 1 m;ZRANGE k 0 0;ZREVRANGE k 0 0;ZRANGEBYSCORE k 0 0;ZREVRANGEBYSCORE k 0 0;ZRANGEBYLEX k - +
ZLEXCOUNT k - +;ZREMRANGEBYSCORE k 0 0;ZREMRANGEBYRANK k 0 0;ZPOPMIN k;BZPOPMIN k 0.1;XADD k * f v;XDEL k 0-1;XLEN k
XRANGE k - +;XREAD COUNT 1 STREAMS k 0;XTRIM k MAXLEN 0;STRLEN n;GETRANGE n 0 0;APPEND n v;PUBLISH n v;TIME;UNLINK n;DEL k`
    .split(/[;\n]/)
    .map((line) => line.split(' '))

/** The commands that are tried. */
export const TRIED_COMMANDS: readonly string[] = TRIED.map(([command = '']) => command)

/** A setting of Redis that has to be warned of, as it is, and why. */
export interface RedisWarning {
  readonly setting: Readonly<Record<string, string | boolean>>
  readonly text: string
}

/** Tries commands, and returns those that the user has no right to. Other failures do not matter. */
const TRY = `
local denied = {}
for _, command in ipairs(cjson.decode(ARGV[1])) do
  for at, word in ipairs(command) do
    if at > 1 and word == 'k' then command[at] = KEYS[1] elseif at > 1 and word == 'n' then command[at] = KEYS[2] end
  end
  local reply = redis.pcall(unpack(command))
  local failure = type(reply) == 'table' and reply.err or ''
  if string.find(failure, 'NOPERM') or string.find(failure, 'ACL failure') or string.find(failure, "can't run this command") then
    denied[#denied + 1] = command[1]
  end
end
return denied`

/**
 * Makes sure that this Redis can be worked with, before anything is built on it: BullMQ would try again for ever, without
 * a pause.
 * @param listener a connection that is used for nothing else; it is closed
 * @returns what is to be warned of: settings with which it loses runs
 * @throws {RedisUnusableError} when the user lacks a right, naming all that are missing
 */
export async function checkRedis(redis: Redis, listener: Redis): Promise<readonly RedisWarning[]> {
  const missing: string[] = []
  async function permitted<T>(name: string, trying: Promise<T>): Promise<T | null> {
    try {
      return await trying
    } catch (error) {
      if (!/^NOPERM/.test((error as Error).message)) throw error
      missing.push(name)
      return null
    }
  }
  const key = `${shardTag(0)}:check:${randomUUID()}`
  const commands = JSON.stringify(TRIED)
  try {
    missing.push(
      ...(((await permitted('EVAL', redis.eval(TRY, 2, key, `${key}:n`, commands))) ?? []) as string[]),
    )
    const info = await permitted('INFO', redis.info())
    await permitted('SUBSCRIBE', listener.subscribe(key))
    if (missing.length === 0 && info) return warningsOf(info)
  } finally {
    listener.disconnect()
  }
  throw new RedisUnusableError(
    `The Redis user lacks rights: ${missing.join(', ')}. It needs all keys, all channels and these commands; ` +
      'docs/guides/operations.md has the line for ACL SETUSER.',
  )
}

function warningsOf(info: string): RedisWarning[] {
  const warnings: RedisWarning[] = []
  const read = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const policy = read('maxmemory_policy')
  if (policy && policy !== 'noeviction') {
    warnings.push({
      setting: { maxmemory_policy: policy },
      text: 'Redis forgets runs when it is full: it must have noeviction',
    })
  }
  if (read('aof_enabled') === '0') {
    warnings.push({
      setting: { aof_enabled: false },
      text: 'Redis forgets runs when it restarts: it should have an append-only file',
    })
  }
  return warnings
}
