import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../../../../src/config.ts'
import { isRedisDenied, isRedisUnavailable, wasNotExecuted } from '../../../../src/platform/redis/redis.ts'
import { readRedisTarget } from '../../../../src/platform/redis/redis-target.ts'

/** What every Sentinel target has besides its own parts. */
function sentinelTarget(text: string): Record<string, unknown> {
  const { sentinelCommandTimeout, sentinelRetryStrategy, ...rest } = readRedisTarget(text) as Record<
    string,
    unknown
  >
  assert.ok(sentinelCommandTimeout && sentinelRetryStrategy)
  return rest
}

test('a URL and a socket path are taken as they are', () => {
  assert.deepEqual(readRedisTarget('redis://u:p@h:1/2'), { url: 'redis://u:p@h:1/2' })
  assert.deepEqual(readRedisTarget('rediss://h'), { url: 'rediss://h' })
  assert.deepEqual(readRedisTarget('/run/redis.sock'), { path: '/run/redis.sock' })
})

test('a Sentinel URL names the Sentinels, the master, logins and the database', () => {
  assert.deepEqual(sentinelTarget('redis+sentinel://a:1,b,[::1]:3/main'), {
    sentinels: [
      { host: 'a', port: 1 },
      { host: 'b', port: 26_379 },
      { host: '::1', port: 3 },
    ],
    name: 'main',
  })
  assert.deepEqual(
    sentinelTarget('rediss+sentinel://me:a%40b:c@a:1/main/4?sentinel_username=s&sentinel_password=t%26'),
    {
      sentinels: [{ host: 'a', port: 1 }],
      name: 'main',
      username: 'me',
      password: 'a@b:c',
      sentinelUsername: 's',
      sentinelPassword: 't&',
      db: 4,
      tls: {},
      sentinelTLS: {},
      enableTLSForSentinelMode: true,
    },
  )
  assert.equal(sentinelTarget('redis+sentinel://:only@a/main')['password'], 'only')
})

test('a cluster URL names some of its nodes, and a login for all', () => {
  assert.deepEqual(readRedisTarget('redis+cluster://a:1,b,[::1]:3'), {
    nodes: [
      { host: 'a', port: 1 },
      { host: 'b', port: 6379 },
      { host: '::1', port: 3 },
    ],
    login: {},
  })
  assert.deepEqual(readRedisTarget('rediss+cluster://me:a%40b:c@a:1/'), {
    nodes: [{ host: 'a', port: 1 }],
    login: { username: 'me', password: 'a@b:c', tls: {} },
  })
})

test('anything else is refused when the process starts, and the refusal repeats nothing of it', () => {
  const wrong = [
    'localhost:6379',
    'http://h',
    'redis.sock',
    'redis://h:hunter2',
    'redis+sentinel://h:hunter2/m',
  ]
  wrong.push(
    'redis+sentinel://h:70000/m',
    'redis+sentinel://u:hunter2@h:1',
    'redis+sentinel://u:hunter2@h,,/m',
  )
  wrong.push('redis+sentinel://u:hunter2%@h/m')
  // A cluster has one database, and its nodes are ports of hosts.
  wrong.push('redis+cluster://h:hunter2', 'redis+cluster://u:hunter2@h:1/2', 'redis+cluster://u:hunter2@h,,')
  for (const text of wrong) {
    assert.throws(
      () => readConfig({ REDIS_URL: text }),
      ({ message }: Error) => /^REDIS_URL: /.test(message) && !message.includes('hunter2'),
      text,
    )
  }
})

test('what Redis or its client says when it cannot serve is known, and mistakes of ours are not taken for it', () => {
  const trouble = [
    'Connection is closed.',
    "Stream isn't writeable and enableOfflineQueue options is false",
    'Command timed out',
    'Command aborted due to connection close',
    'Reached the max retries per request limit (which is 0). Refer to "maxRetriesPerRequest" option for details.',
    "Socket timeout. Expecting data, but didn't receive any in 5000ms.",
    'All sentinels are unreachable and retry is disabled. Last error: connect ECONNREFUSED 127.0.0.1:1',
    'connect ECONNREFUSED 127.0.0.1:6379',
    'connect ENOENT /run/redis.sock',
    'read ECONNRESET',
    'connect ETIMEDOUT',
    'getaddrinfo EAI_AGAIN redis',
    'ERR max number of clients reached',
    "OOM command not allowed when used memory > 'maxmemory'. script: 1f2e, on @user_script:4.",
    "ERR Error running script (call to f_1f2e): @user_script:4: @user_script: 4: -OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    'LOADING Redis is loading the dataset in memory',
    'MISCONF Redis is configured to save RDB snapshots, but it is unable to persist on disk.',
    'BUSY Redis is busy running a script.',
    'NOREPLICAS Not enough good replicas to write.',
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'CLUSTERDOWN The cluster is down',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'MOVED 3999 127.0.0.1:6381',
    'ASK 3999 127.0.0.1:6381',
    'Too many Cluster redirections. Last error: ReplyError: CLUSTERDOWN Hash slot not served',
    "Cluster isn't ready",
    'Cluster is ended.',
    'None of startup nodes is available',
    'Failed to refresh slots cache.',
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    'EXECABORT Transaction discarded because of previous errors.',
  ]
  for (const message of [...trouble, ...NO_RIGHT, ...NO_RIGHT_WITHIN]) {
    assert.equal(isRedisUnavailable(new Error(message)), true, message)
  }
  const ours = [
    'ERR wrong number of arguments for get',
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'ERR Error running script (call to f_1f2e): @user_script:4: attempt to index a nil value',
    "CROSSSLOT Keys in request don't hash to the same slot",
    'All keys in the pipeline should belong to the same slots allocation group',
    'Unexpected token O in JSON',
  ]
  for (const message of ours) assert.equal(isRedisUnavailable(new Error(message)), false, message)
  assert.equal(isRedisUnavailable('OOM'), false)
})

/** What the user of Redis is told that it may not do, by several versions. */
const NO_RIGHT = [
  "NOPERM this user has no permissions to run the 'evalsha' command",
  "NOPERM User splitrun has no permissions to run the 'evalsha' command",
  'NOPERM this user has no permissions to access one of the keys used as arguments',
  'WRONGPASS invalid username-password pair or user is disabled.',
  'NOAUTH Authentication required.',
]
/** The same within a script, which may have changed something before. */
const NO_RIGHT_WITHIN = [
  "ERR The user executing the script can't run this command or subcommand script: 3fbf, on @user_script:1.",
  "ERR The user executing the script can't publish to the channel mentioned in the command script: 3c10, on @user_script:1.",
  "ERR Error running script (call to f_1f2e): @user_script:1: @user_script: 1: The user executing the script can't run this command or subcommand",
  "NOPERM ACL failure in script: User splitrun has no permissions to run the 'zadd' command script: 3fbf, on @user_script:1.",
]

test('a right that is missing is told apart, and that a script may have been stopped half-way by it', () => {
  for (const message of [...NO_RIGHT, ...NO_RIGHT_WITHIN])
    assert.ok(isRedisDenied(new Error(message)), message)
  for (const message of NO_RIGHT) assert.equal(wasNotExecuted(new Error(message)), true, message)
  for (const message of NO_RIGHT_WITHIN) assert.equal(wasNotExecuted(new Error(message)), false, message)
  for (const message of ['Command timed out', 'OOM command not allowed', 'ERR syntax error']) {
    assert.equal(isRedisDenied(new Error(message)), false, message)
  }
})
