import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { writeModels } from '../support/models.ts'
import { type Cleanup, type System, startSystem } from '../support/system.ts'

const RUNS = 150
const IDLE_MS = 1000
/** Rounds of the janitor would be seen, too. */
const QUIET = { SPLITRUN_JANITOR_INTERVAL: '3600s' }

type Counts = Readonly<Record<string, number>>

async function countsOf({ core }: System): Promise<Counts> {
  const info = await core.redis.info('commandstats')
  const found = [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)]
  const counts = found.map(([, name = '', calls]) => [name, Number(calls)] as const)
  return Object.fromEntries([...counts, ['all', counts.reduce((sum, [, calls]) => sum + calls, 0)]])
}

/** Commands of Redis that a run of a task costs, those within scripts included, less what time alone costs. */
async function commandsOfARun(system: System, task: string): Promise<(name: string) => number> {
  const run = () => system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  for (let warm = 0; warm < 20; warm += 1) await run()
  const times: number[] = []
  const counts: Counts[] = []
  const look = async () => {
    times.push(performance.now())
    counts.push(await countsOf(system))
  }
  await look()
  await pause(IDLE_MS)
  await look()
  for (let each = 0; each < RUNS; each += 1) assert.equal((await run()).status, 200)
  await look()
  return (name) => {
    const [began = 0, idle = 0, ended = 0] = counts.map((each) => each[name] ?? 0)
    const [first = 0, second = 0, third = 0] = times
    const byTime = ((idle - began) / (second - first)) * (third - second)
    return (ended - idle - byTime) / RUNS
  }
}

async function start(t: Cleanup, models: Parameters<typeof writeModels>[1]): Promise<System> {
  return startSystem(t, { env: { ...QUIET, SPLITRUN_MODELS_FILE: await writeModels(t, models) } })
}

test('a run of a model without limits costs the same commands whether others have limits or not; one with limits, two scripts more', async (t) => {
  const plain = await start(t, { free: {} })
  const mixed = await start(t, { free: {}, limited: { limits: { requests_per_minute: 1_000_000 } } })
  // Another project has limits and budgets.
  const [policies, id] = [mixed.core.policies, 'another']
  await policies.replace(id, [
    { name: 'all', applies_to: 'project', target_id: null, requests_per_minute: 5 },
  ])
  const free = { llm_model_id: 'free' }
  const before = await commandsOfARun(plain, await plain.createTask(free))
  const beside = await commandsOfARun(mixed, await mixed.createTask(free))
  const limited = await commandsOfARun(mixed, await mixed.createTask({ llm_model_id: 'limited' }))
  const text = ['evalsha', 'hset', 'hmget', 'all']
    .map((name) => `${name} ${[before, beside, limited].map((each) => each(name).toFixed(2)).join(', ')}`)
    .join('; ')
  t.diagnostic(`commands a run: without limits, beside limits, with limits: ${text}`)
  for (const name of ['evalsha', 'hset', 'zadd', 'hincrby']) {
    assert.ok(Math.abs(beside(name) - before(name)) < 0.3, text)
  }
  assert.ok(Math.abs(beside('all') - before('all')) < 2, text)
  assert.ok(Math.abs(limited('evalsha') - before('evalsha') - 2) < 0.4, text)
})

test('a run that has no part in the reuse of results costs the same commands where others have; one that has the result of another, a script more', async (t) => {
  const plain = await start(t, { free: {} })
  const mixed = await start(t, { free: {} })
  const free = { llm_model_id: 'free' }
  const before = await commandsOfARun(plain, await plain.createTask(free))
  const reused = await commandsOfARun(mixed, await mixed.createTask({ ...free, cache: 600 }))
  const beside = await commandsOfARun(mixed, await mixed.createTask(free))
  const text = ['evalsha', 'hset', 'get', 'all']
    .map((name) => `${name} ${[before, beside, reused].map((each) => each(name).toFixed(2)).join(', ')}`)
    .join('; ')
  t.diagnostic(`commands a run: no reuse, beside reuse, with a result of another run: ${text}`)
  for (const name of ['evalsha', 'hset', 'zadd']) {
    assert.ok(Math.abs(beside(name) - before(name)) < 0.3, text)
  }
  assert.ok(Math.abs(beside('all') - before('all')) < 2, text)
  assert.ok(Math.abs(reused('evalsha') - before('evalsha') - 1) < 0.4, text)
})
