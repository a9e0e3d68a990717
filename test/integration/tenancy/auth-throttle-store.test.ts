import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis } from '../../../src/platform/redis/redis.ts'
import { createAuthThrottleStore } from '../../../src/tenancy/auth-throttle-store.ts'
import { testRedisUrl } from '../../support/redis.ts'

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

  test('the pause begins after the free guesses, doubles, and has a longest', async (t) => {
    const { authThrottle } = await open(t)
    const guesser = { address: newAddress(), clientId: newId() }
    const pauses = []
    for (let count = 1; count <= 7; count += 1) {
      await authThrottle.count(guesser)
      pauses.push((await authThrottle.wait(guesser)).seconds)
    }
    // Some of a pause may have passed before it is read.
    const rounded = pauses.map((seconds) => Math.ceil(seconds / 50) * 50)
    assert.deepEqual(rounded, [0, 0, 100, 200, 400, 500, 500])
  })

  test('another address is not held up, nor is the same one with another client', async (t) => {
    const { authThrottle } = await open(t)
    const guesser = { address: newAddress(), clientId: newId() }
    for (let count = 0; count < 5; count += 1) await authThrottle.count(guesser)
    const nothing = { seconds: 0, guessed: false }
    assert.deepEqual(await authThrottle.wait({ ...guesser, address: newAddress() }), nothing)
    assert.deepEqual(await authThrottle.wait({ ...guesser, clientId: newId() }), nothing)
  })

  test('an address that tries many clients is held up for all, also for those whose secret it knows', async (t) => {
    const { authThrottle } = await open(t)
    const address = newAddress()
    for (let count = 0; count < 30; count += 1) await authThrottle.count({ address, clientId: newId() })
    const known = { address, clientId: newId() }
    assert.ok((await authThrottle.wait(known)).seconds > 0)
    await authThrottle.forget(known)
    assert.ok((await authThrottle.wait(known)).seconds > 0)
  })

  test('the right secret forgets the guesses against its client, and every count expires', async (t) => {
    const { redis, authThrottle } = await open(t)
    const guesser = { address: newAddress(), clientId: newId() }
    await authThrottle.count(guesser)
    assert.equal((await authThrottle.wait(guesser)).guessed, true)
    await authThrottle.forget(guesser)
    assert.equal((await authThrottle.wait(guesser)).guessed, false)
    await authThrottle.count({ ...guesser, clientId: 'no uuid, but something long'.repeat(10) })
    const keys = await redis.keys(`{guess:${guesser.address.split('::')[0]}}*`)
    assert.equal(keys.length, 2)
    for (const key of keys) {
      assert.ok(key.length < 100)
      assert.ok((await redis.pttl(key)) > 0)
    }
  })
})
