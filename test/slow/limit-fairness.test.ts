import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LimitStore } from '../../src/models/limits/limit-store.ts'
import type { Model } from '../../src/models/model.ts'
import { newId } from '../../src/platform/ids.ts'
import { END, limitedModel, NEED, openLimitStore } from '../support/limits.ts'
import { until } from '../support/system.ts'

/**
 * Two projects ask for calls of these tokens over and over, as often as each can, while the bucket fills and once it was
 * empty. Returns the tokens that each got.
 */
async function compete(store: LimitStore, model: Model, sizes: Readonly<Record<string, number>>) {
  const got: Record<string, number> = Object.fromEntries(Object.keys(sizes).map((name) => [name, 0]))
  const all = () => Object.values(got).reduce((sum, each) => sum + each, 0)
  const refused = new Set<string>()
  const isEmpty = () => refused.size === Object.keys(sizes).length
  // Until then, what each was ahead by before is made up for.
  const settle = Math.max(...Object.values(sizes)) * 16
  let since = 0
  const wanted = Math.max(...Object.values(sizes)) * 24
  async function ask(project: string, size: number): Promise<void> {
    while (!isEmpty() || all() < wanted) {
      const need = { input: size, output: 0 }
      const reserved = await store.reserve(newId(), model, { project, isBatch: false }, need)
      if (reserved.granted) {
        since += size
        if (since > settle) got[project] = (got[project] ?? 0) + size
      } else {
        if (!isEmpty()) {
          refused.add(project)
          if (isEmpty()) {
            since = 0
            for (const name of Object.keys(got)) got[name] = 0
          }
        }
        await new Promise((resolve) => setTimeout(resolve, Math.min(reserved.waitMs, 20)))
      }
    }
  }
  await Promise.all(Object.entries(sizes).map(([project, size]) => ask(project, size)))
  return got
}

test('projects share what a limit permits by the tokens that they use, and not by their calls', async (t) => {
  const { store } = await openLimitStore(t)
  for (const [name, limits, sizes] of [
    ['tokens', { tokensPerMinute: 600_000 }, { large: 1500, small: 100 }],
    ['input', { inputTokensPerMinute: 600_000, requestsPerMinute: 1e6 }, { large: 1500, small: 100 }],
    ['three', { tokensPerMinute: 600_000 }, { large: 1500, middle: 400, small: 100 }],
  ] as const) {
    const got = await compete(store, limitedModel(limits, undefined, name), sizes)
    const [least, most] = [Math.min(...Object.values(got)), Math.max(...Object.values(got))]
    assert.ok(most <= 1.4 * least, `${name}: ${JSON.stringify(got)}`)
  }
})

test('a project that is alone uses all of a limit; one that comes gets its share at once, and no more for what it did not use', async (t) => {
  const { store } = await openLimitStore(t)
  const model = limitedModel({ tokensPerMinute: 600_000 })
  const need = { input: 1000, output: 0 }
  const ask = async (project: string) =>
    (await store.reserve(newId(), model, { project, isBatch: false }, need)).granted
  let alone = 0
  while (await ask('alone')) alone += 1
  assert.ok(alone >= 585, `${alone} thousand of 588`)
  await until(() => ask('new'))
  const got = await compete(store, model, { alone: 1000, new: 1000 })
  assert.ok((got['new'] ?? 0) < 0.7 * 24_000, JSON.stringify(got))
})

test('a place that becomes free goes to the project that has fewer, while that waits for one', async (t) => {
  const { store } = await openLimitStore(t)
  const model = limitedModel({ concurrent: 4 })
  const ask = (lease: string, project: string) =>
    store.reserve(lease, model, { project, isBatch: false }, NEED)
  const held = Array.from({ length: 4 }, () => newId())
  for (const lease of held) assert.ok((await ask(lease, 'many')).granted)
  assert.ok(!(await ask(newId(), 'few')).granted)
  const isFor = await store.giveBack(held.pop() ?? '', model, END)
  assert.equal(isFor, 'few')
  assert.ok(!(await ask(newId(), 'many')).granted, 'it is left to the one that has none')
  assert.ok((await ask(newId(), 'few')).granted)
  await store.giveBack(held.pop() ?? '', model, END)
  assert.ok((await ask(newId(), 'many')).granted, 'nobody else waits')
})
