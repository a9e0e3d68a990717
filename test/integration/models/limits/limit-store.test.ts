import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitKeys } from '../../../../src/models/limits/limit-keys.ts'
import type { RateLimits } from '../../../../src/models/limits/rate-limits.ts'
import { newId } from '../../../../src/platform/ids.ts'
import { END, limitedModel, NEED, openLimitStore } from '../../../support/limits.ts'
import { until } from '../../../support/system.ts'

const WAITED = { project: 'one', isBatch: false }
const BATCH = { project: 'one', isBatch: true }
const SHADOW = { project: 'one', isBatch: 'shadow' } as const

test('every limit refuses what it does not permit, and says which one it is and after how long to try again', async (t) => {
  const { store } = await openLimitStore(t)
  const cases: [RateLimits, string, number][] = [
    [{ requestsPerMinute: 3 }, 'requests', 20_000],
    [{ tokensPerMinute: 60 }, 'tokens', 20_000],
    [{ inputTokensPerMinute: 30 }, 'input', 20_000],
    [{ outputTokensPerMinute: 30 }, 'output', 20_000],
    [{ concurrent: 3 }, 'concurrent', 1000],
  ]
  for (const [limits, name, longest] of cases) {
    for (const [whose, model] of [
      ['model', limitedModel(limits, undefined, `m ${name}`)],
      ['server', limitedModel(undefined, limits, `s ${name}`)],
    ] as const) {
      const own = { ...model, server: { ...model.server, name: `${whose} ${name}` } }
      let granted = 0
      let last = await store.reserve(newId(), own, WAITED, NEED)
      while (last.granted) {
        granted += 1
        last = await store.reserve(newId(), own, WAITED, NEED)
      }
      // A bucket is a little smaller than a minute's worth, so that of a few calls one may be missing.
      assert.ok(granted === 3 || (granted === 2 && name !== 'concurrent'), `${whose} ${name}: ${granted}`)
      assert.equal(last.limit, name)
      assert.ok(last.waitMs > 0 && last.waitMs <= longest, `${whose} ${name}: ${last.waitMs} ms`)
    }
  }
})

test('what was reserved becomes what was used, once for each lease; a debt is paid before the next call', async (t) => {
  const { store, redis } = await openLimitStore(t)
  const model = limitedModel({ tokensPerMinute: 1000 })
  const level = async () =>
    Number(await redis.hget(limitKeys(model.server.name).levels, `${model.id}|tokens`))
  const lease = newId()
  assert.ok((await store.reserve(lease, model, WAITED, { input: 400, output: 400 })).granted)
  const reserved = await level()
  await store.giveBack(lease, model, { ...END, used: { input: 1, output: 1 } })
  const returned = await level()
  assert.ok(returned - reserved >= 798 && returned <= 980, `${reserved} and then ${returned}`)
  await store.giveBack(lease, model, { ...END, used: { input: 0, output: 0 } })
  assert.ok((await level()) <= returned + 20, 'a lease ends once')

  const dear = newId()
  assert.ok((await store.reserve(dear, model, WAITED, NEED)).granted)
  await store.giveBack(dear, model, { ...END, used: { input: 2000, output: 0 } })
  const refused = await store.reserve(newId(), model, WAITED, NEED)
  assert.ok(!refused.granted && refused.waitMs > 50_000, 'a debt of a minute takes a minute')
})

test('a call that is larger than the whole limit is served, when the bucket is full', async (t) => {
  const { store } = await openLimitStore(t)
  const model = limitedModel({ tokensPerMinute: 100 })
  assert.ok((await store.reserve(newId(), model, WAITED, { input: 5000, output: 500 })).granted)
  assert.ok(!(await store.reserve(newId(), model, WAITED, NEED)).granted)
})

test('a call is let through by its model and its server, or reserves nothing of either', async (t) => {
  const { store, redis } = await openLimitStore(t)
  const model = limitedModel({ requestsPerMinute: 1000 }, { concurrent: 1 })
  const first = newId()
  assert.ok((await store.reserve(first, model, WAITED, NEED)).granted)
  for (let each = 0; each < 5; each += 1)
    assert.ok(!(await store.reserve(newId(), model, WAITED, NEED)).granted)
  const levels = await redis.hgetall(limitKeys(model.server.name).levels)
  assert.ok(Number(levels[`${model.id}|requests`]) >= 978)
  assert.equal(levels[`${model.id}|places`], '1')
  assert.equal(await store.giveBack(first, model, END), 'one', 'somebody waits for the place')
  assert.ok((await store.reserve(newId(), model, WAITED, NEED)).granted)
})

test('work that nobody waits for leaves a part of each limit to what somebody waits for', async (t) => {
  const { store } = await openLimitStore(t)
  for (const limits of [{ requestsPerMinute: 100 }, { tokensPerMinute: 2000 }, { concurrent: 100 }]) {
    const model = limitedModel(limits, undefined, JSON.stringify(limits))
    let batch = 0
    while ((await store.reserve(newId(), model, BATCH, NEED)).granted) batch += 1
    assert.ok(batch >= 65 && batch <= 72, `${JSON.stringify(limits)}: ${batch}`)
    let interactive = 0
    while ((await store.reserve(newId(), model, WAITED, NEED)).granted) interactive += 1
    assert.ok(interactive >= 26 && interactive <= 33, `${JSON.stringify(limits)}: ${interactive}`)
  }
  const small = limitedModel({ concurrent: 1, requestsPerMinute: 1 }, undefined, 'small')
  assert.ok((await store.reserve(newId(), small, BATCH, NEED)).granted, 'the smallest limit serves it, too')
})

test('a lease that is not extended ends and gives its place back, and its tokens not', async (t) => {
  const { store, redis } = await openLimitStore(t, 1500)
  const model = limitedModel({ concurrent: 2, requestsPerMinute: 1000 })
  const [lost, kept] = [newId(), newId()]
  await store.reserve(lost, model, WAITED, NEED)
  await store.reserve(kept, model, WAITED, NEED)
  const next = newId()
  await until(async () => {
    await store.extend(model.server.name, [kept])
    return (await store.reserve(next, model, WAITED, NEED)).granted
  })
  const keys = limitKeys(model.server.name)
  assert.deepEqual((await redis.hkeys(keys.holds)).sort(), [kept, next].sort())
  assert.equal(await redis.hget(keys.levels, `${model.id}|places`), '2')
  await store.giveBack(lost, model, END)
  assert.equal(await redis.hget(keys.levels, `${model.id}|places`), '2', 'its end is not counted twice')
})

test('a server that asks to wait is asked by nobody until then; what it says is left only lowers what is believed', async (t) => {
  const { store, redis } = await openLimitStore(t)
  const model = limitedModel({ requestsPerMinute: 1000 })
  const level = async () =>
    Number(await redis.hget(limitKeys(model.server.name).levels, `${model.id}|requests`))
  const one = newId()
  await store.reserve(one, model, WAITED, NEED)
  const before = await level()
  const limits = [null, null, null, null]
  await store.giveBack(one, model, { ...END, said: { left: [5000, null, null, null], limits } })
  assert.ok((await level()) >= before)
  const two = newId()
  await store.reserve(two, model, WAITED, NEED)
  await store.giveBack(two, model, {
    used: null,
    pauseMs: 7_200_000,
    said: { left: [7, null, null, null], limits },
  })
  assert.ok((await level()) <= 7)
  const refused = await store.reserve(newId(), model, WAITED, NEED)
  assert.ok(!refused.granted && refused.limit === 'paused' && refused.waitMs > 7_100_000)
  assert.ok((await redis.pttl(limitKeys(model.server.name).levels)) > 7_200_000, 'it is kept until then')
})

test('limits that are to be learned are those of the headers, as soon as one answer has come', async (t) => {
  const { store } = await openLimitStore(t)
  const model = limitedModel({ learned: true })
  const first = newId()
  assert.ok((await store.reserve(first, model, WAITED, { input: 1e9, output: 1e9 })).granted)
  const said = { left: [null, 19, null, null], limits: [60, 40, null, null] }
  await store.giveBack(first, model, { ...END, said })
  const refused = await store.reserve(newId(), model, WAITED, NEED)
  assert.ok(!refused.granted && refused.limit === 'tokens')
})

test('calls of many at once use all places of a limit, and never one more', async (t) => {
  const { store } = await openLimitStore(t)
  const model = limitedModel({ concurrent: 7, requestsPerMinute: 100_000 })
  let inFlight = 0
  let most = 0
  let done = 0
  async function work() {
    while (done < 300) {
      const lease = newId()
      if (!(await store.reserve(lease, model, WAITED, NEED)).granted) continue
      inFlight += 1
      most = Math.max(most, inFlight)
      // The first ones keep their places until all are taken: however slow the machine, none is left unused.
      await until(() => most >= 7)
      await new Promise((resolve) => setImmediate(resolve))
      inFlight -= 1
      done += 1
      await store.giveBack(lease, model, END)
    }
  }
  await Promise.all(Array.from({ length: 20 }, work))
  assert.equal(most, 7)
})

test('calls for no caller leave most of each limit to others, and leave no mark where they are refused', async (t) => {
  const { store, redis } = await openLimitStore(t)
  const model = limitedModel({ requestsPerMinute: 60, concurrent: 10 })
  let granted = 0
  while ((await store.reserve(newId(), model, SHADOW, NEED)).granted) granted += 1
  assert.equal(granted, 4)
  const marks = Object.keys(await redis.hgetall(limitKeys(model.server.name).levels))
  assert.deepEqual(
    marks.filter((name) => /blocked|refused|wanted/.test(name)),
    [],
  )
  let others = 0
  while ((await store.reserve(newId(), model, WAITED, NEED)).granted) others += 1
  assert.equal(others, 6)
})

test('a learned limit of 0 holds nobody back', async (t) => {
  const { store } = await openLimitStore(t)
  const model = limitedModel({ learned: true })
  const lease = newId()
  assert.ok((await store.reserve(lease, model, WAITED, NEED)).granted)
  const limits = [0, 0, 0, 0]
  await store.giveBack(lease, model, { ...END, said: { left: limits, limits } })
  assert.ok((await store.reserve(newId(), model, WAITED, NEED)).granted)
})

test('debts and pauses of a model are not forgotten for calls of another, nor while nobody calls', async (t) => {
  const { store, redis } = await openLimitStore(t)
  const [paused, other] = ['paused', 'other'].map((name) =>
    limitedModel({ tokensPerMinute: 100 }, undefined, name),
  )
  assert.ok(paused && other)
  const lease = newId()
  assert.ok((await store.reserve(lease, paused, WAITED, NEED)).granted)
  const [tenHours, debtHours] = [36_000_000, 15]
  const used = { input: debtHours * 60 * 100, output: 0 }
  await store.giveBack(lease, paused, { used, pauseMs: tenHours, said: null })
  assert.ok((await store.reserve(newId(), other, WAITED, NEED)).granted)
  assert.ok((await redis.pttl(limitKeys(paused.server.name).levels)) > debtHours * 3_600_000)
})

test('a clock that is set back stops no bucket from filling', async (t) => {
  const { store, redis } = await openLimitStore(t)
  const model = limitedModel({ requestsPerMinute: 6000 })
  const { levels } = limitKeys(model.server.name)
  assert.ok((await store.reserve(newId(), model, WAITED, NEED)).granted)
  // As another machine has left it, whose clock is an hour ahead.
  await redis.hset(levels, `${model.id}|at`, Date.now() + 3_600_000, `${model.id}|requests`, 0)
  await until(async () => (await store.reserve(newId(), model, WAITED, NEED)).granted)
})
