import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decideRollouts } from '../../src/decisions/rollouts/decide-rollouts.ts'
import { sharedNow } from '../../src/platform/clock.ts'
import { startSystem } from '../support/system.ts'

test('metrics say how long rollouts have been waiting for a worker to look at them', async (t) => {
  const { call, createTask, url, core } = await startSystem(t, {
    workers: 0,
    env: { SPLITRUN_METRICS_CACHE: '0' },
  })
  const measure = async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    const of = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
    return { open: of('splitrun_open_rollouts'), age: of('splitrun_rollouts_evaluated_age_seconds') }
  }
  assert.deepEqual(await measure(), { open: 0, age: 0 })
  const task = await createTask()
  const made = await call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
  const [to, from] = made.body.revisions.map(({ id }: { id: string }) => id)
  assert.equal((await call('POST', `/task/${task}/rollout`, { from, to })).status, 200)
  const first = await measure()
  assert.ok(first.open === 1 && first.age > 0, JSON.stringify(first))
  /** What was measured may be a millisecond old. */
  const olderThan = async (age: number): Promise<number> => {
    const { age: now } = await measure()
    return now > age ? now : olderThan(age)
  }
  const later = await olderThan(first.age)
  const decide = { ...core, reportRollupsMax: 1000 }
  await decideRollouts(decide, sharedNow(), AbortSignal.abort())
  // A round that was broken off has not looked at them.
  const last = await olderThan(later)
  await decideRollouts(decide, sharedNow(), new AbortController().signal)
  const looked = await core.rollouts.waiting(sharedNow())
  assert.ok(looked.count === 1 && looked.ageMs < last * 1000, JSON.stringify(looked))
})
