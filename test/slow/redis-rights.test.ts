import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLogger } from '../../src/platform/logger.ts'
import { TRIED_COMMANDS } from '../../src/platform/redis/check-redis.ts'
import { connectRedis, type Redis } from '../../src/platform/redis/redis.ts'
import { freePorts } from '../support/free-ports.ts'
import { startPrivateRedis } from '../support/redis.ts'
import { GIVEN_RIGHTS, TAKEN_RIGHTS } from '../support/redis-rights.ts'
import { until, useSystem } from '../support/system.ts'

/** Short enough to be waited for: a dead worker's lock, and the janitor. */
const env = {
  SPLITRUN_LOCK_DURATION: '2s',
  SPLITRUN_STALLED_INTERVAL: '1s',
  SPLITRUN_JANITOR_INTERVAL: '1s',
}
const USER = 'splitrun'

describe('a user of Redis that loses a right while processes run', () => {
  let administrator: Redis
  const running = useSystem({
    env,
    model: { latencyMs: 200 },
    async redisUrl(last) {
      const [port = 0] = await freePorts(1)
      const args = ['--port', String(port), '--bind', '127.0.0.1']
      const redis = await startPrivateRedis(last, { args })
      const connections = connectRedis(redis.url, silentLogger())
      last.after(() => connections.close())
      administrator = await connections.commands('administrator')
      await administrator.call('ACL', 'SETUSER', USER, '>secret', ...GIVEN_RIGHTS)
      return `redis://${USER}:secret@127.0.0.1:${port}`
    },
  })
  const change = (rules: readonly string[]) => administrator.call('ACL', 'SETUSER', USER, ...rules)
  const run = (task: string, query = '', key?: string) =>
    running().call(
      'POST',
      `/task/${task}/run${query}`,
      { task_input: { text: 'tea' } },
      key === undefined ? {} : { headers: { 'idempotency-key': key } },
    )

  for (const right of TAKEN_RIGHTS) {
    test(`${right.form}: calls are refused or served, and each run ends once it is given back`, async (t) => {
      t.after(() => change(GIVEN_RIGHTS).then(() => {}))
      const task = await running().createTask()
      const inHand = await Promise.all([run(task, '?wait=0'), run(task, '?wait=0'), run(task, '?wait=0')])
      await change(right.rules)
      if ('cutOff' in right) await administrator.call('CLIENT', 'KILL', 'USER', USER)
      const keys = Array.from({ length: 6 }, (_, index) => `${right.form.replace(' ', '-')}-${index}`)
      const answers = await Promise.all(keys.map((key) => run(task, '?wait=1', key)))
      for (const { status, body } of answers) {
        const said = status === 503 ? body.detail.reason : body.status
        assert.match(said, /^(STORE_UNAVAILABLE|succeeded|queued|running)$/, JSON.stringify(body))
      }
      await change(GIVEN_RIGHTS)
      // Whoever was refused asks again, and has one run.
      const again = new Map<string, string>()
      for (const key of keys) {
        await until(async () => {
          const answer = await run(task, '?wait=0', key)
          if (answer.status !== 503) again.set(key, answer.body.id)
          if (answer.status !== 503) assert.ok([200, 202].includes(answer.status), JSON.stringify(answer))
          return answer.status !== 503
        })
      }
      const ids = [...inHand.map(({ body }) => body.id), ...again.values()]
      await until(async () => {
        const records = await running().core.runs.getMany(ids)
        return records.every((record) => record?.status === 'succeeded')
      })
      await until(async () => (await fetch(`${running().url}/readyz`)).status === 200)
    })
  }

  test('any single command: no answer is a mistake of ours, and all goes on once it is given back', async (t) => {
    t.after(() => change(GIVEN_RIGHTS).then(() => {}))
    const task = await running().createTask()
    for (const command of new Set(TRIED_COMMANDS)) {
      await change([`-${command}`])
      const { status, body } = await run(task, '?wait=1')
      const said = status === 503 ? body.detail.reason : body.status
      assert.match(
        said,
        /^(STORE_UNAVAILABLE|succeeded|queued|running)$/,
        `${command}: ${JSON.stringify(body)}`,
      )
      await change(GIVEN_RIGHTS)
    }
    await until(async () => (await run(task)).status === 200)
  })
})
