import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis } from '../../../src/platform/redis/redis.ts'
import { createAuthThrottleStore } from '../../../src/tenancy/auth-throttle-store.ts'
import { allKeys } from '../../support/all-keys.ts'
import { testRedisUrl } from '../../support/redis.ts'

/** How long a count is kept after its pause. */
const MEMORY_MS = 3_600_000

/** An address that nothing else counts: all tests share one Redis. */
const newAddress = (): string => {
  const [first = '', second = ''] = newId().split('-').toReversed()[0]?.match(/.{4}/g) ?? []
  return `2001:db8:${first}:${second}::1`
}

describe('counts of wrong secrets', () => {
  async function open(t: { after(clean: () => void): void }) {
    const connections = connectRedis(testRedisUrl(), silentLogger())
    t.after(() => connections.close())
    const redis = await connections.commands('authThrottle')
    return { redis, authThrottle: createAuthThrottleStore(redis, { free: 3, pause: 100, pauseMax: 500 }) }
  }

  test('the pause begins with the last free one, doubles, and has a longest', async (t) => {
    const { redis, authThrottle } = await open(t)
    const guesser = { address: newAddress(), clientId: newId() }
    const key = `{guess:${guesser.address.split('::')[0]}}:${guesser.clientId}`
    const pauses = []
    for (let count = 1; count <= 7; count += 1) {
      assert.equal(await authThrottle.judge(guesser, false), 0)
      pauses.push(Math.max(0, (await redis.pttl(key)) - MEMORY_MS) / 1000)
      // As if the pause were over.
      await redis.pexpire(key, MEMORY_MS)
    }
    // Some of a pause may have passed before it is read.
    const rounded = pauses.map((seconds) => Math.ceil(seconds / 50) * 50)
    assert.deepEqual(rounded, [0, 0, 100, 200, 400, 500, 500])
  })

  test('of many at once no more are judged than are free, whatever the others are', async (t) => {
    const { authThrottle } = await open(t)
    const guesser = { address: newAddress(), clientId: newId() }
    // The right one comes last.
    const waits = await Promise.all(
      Array.from({ length: 200 }, (_, at) => authThrottle.judge(guesser, at === 199)),
    )
    assert.equal(waits.filter((seconds) => seconds === 0).length, 3)
    assert.ok((waits.at(-1) ?? 0) > 0)
  })

  test("right secrets are never in each other's way", async (t) => {
    const { redis, authThrottle } = await open(t)
    const guesser = { address: newAddress(), clientId: newId() }
    const waits = await Promise.all(Array.from({ length: 200 }, () => authThrottle.judge(guesser, true)))
    assert.deepEqual(new Set(waits), new Set([0]))
    assert.deepEqual(await allKeys(redis, `{guess:${guesser.address.split('::')[0]}}*`), [])
  })

  test('another address is not held up, nor is the same one with another client', async (t) => {
    const { authThrottle } = await open(t)
    const guesser = { address: newAddress(), clientId: newId() }
    for (let count = 0; count < 5; count += 1) await authThrottle.judge(guesser, false)
    assert.ok((await authThrottle.judge(guesser, true)) > 0)
    assert.equal(await authThrottle.judge({ ...guesser, address: newAddress() }, true), 0)
    assert.equal(await authThrottle.judge({ ...guesser, clientId: newId() }, true), 0)
  })

  test('an address that tries many clients is held up for all, also for those whose secret it knows', async (t) => {
    const { authThrottle } = await open(t)
    const address = newAddress()
    const known = { address, clientId: newId() }
    for (let count = 0; count < 29; count += 1)
      await authThrottle.judge({ address, clientId: newId() }, false)
    assert.equal(await authThrottle.judge(known, true), 0)
    await authThrottle.judge({ address, clientId: newId() }, false)
    assert.ok((await authThrottle.judge(known, true)) > 0)
  })

  test('the right secret forgets the wrong ones for its client, and every count expires', async (t) => {
    const { redis, authThrottle } = await open(t)
    const guesser = { address: newAddress(), clientId: newId() }
    for (let round = 0; round < 3; round += 1) {
      for (const isRight of [false, false, true]) assert.equal(await authThrottle.judge(guesser, isRight), 0)
    }
    await authThrottle.judge({ ...guesser, clientId: 'no uuid, but something long'.repeat(10) }, false)
    const keys = await allKeys(redis, `{guess:${guesser.address.split('::')[0]}}*`)
    assert.equal(keys.length, 2)
    for (const key of keys) {
      assert.ok(key.length < 100)
      assert.ok((await redis.pttl(key)) > 0)
    }
  })
})
