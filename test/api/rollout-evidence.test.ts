import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gatherEvidence } from '../../src/decisions/rollouts/gather-evidence.ts'
import { sharedNow } from '../../src/platform/clock.ts'
import { HOUR_MS } from '../../src/platform/date-span.ts'
import { newId } from '../../src/platform/ids.ts'
import { countedName } from '../../src/tasks/scores/score.ts'
import { type AnyDelta, type Delta, deltaToText } from '../../src/totals/delta.ts'
import { totalKeys } from '../../src/totals/total-keys.ts'
import { rolloutCalls } from '../support/rollout-calls.ts'
import { aResult } from '../support/runs.ts'
import { useSystem } from '../support/system.ts'

const FAILURE = { reason: 'MODEL_ERROR', message: 'No.', retryable: false }
const HELPFUL = { helpful: { type: 'boolean', good: true } }
const FAILED = { metric: 'failed', max_increase: 0.02 }
const SCORED = { metric: 'score:helpful', max_decrease: 0.1 }
const countedHelpful = countedName('helpful', { type: 'boolean', good: true })

describe('the evidence of a rollout', () => {
  // Nobody decides but these tests: there is no worker, and so no janitor.
  const running = useSystem({ workers: 0 })
  const { call, decide, ids, taskWithTwo, storedOf, start } = rolloutCalls(running)

  interface Counted {
    readonly task: string
    readonly revision: string
    /** Where it is not that of this moment. */
    readonly split?: number
    readonly bucket?: number
    /** When they ended, in ms. */
    readonly at?: number
    readonly failed?: boolean
    readonly seconds?: number
  }

  /** So many runs of a kind, as if they had been drawn and had ended. */
  async function count(n: number, { task, revision, bucket, at, ...run }: Counted): Promise<void> {
    const { split } = await storedOf(task)
    const settled = at ?? sharedNow()
    const total = (run.seconds ?? 1) * 1000
    const timings = { queued: 0, waiting_on_limit: 0, model: total, validate: 0, total }
    const deltas = Array.from({ length: n }, (): Delta => {
      const ended = run.failed ? ({ status: 'failed', error: FAILURE } as const) : {}
      return {
        ...{ run: newId(), project: ids().project, task, revision, group: null, drawn: true, bucket },
        ...{ shown: ['other', 'other', 'other'], split: run.split ?? split.seq, mode: 'wait', calls: [] },
        result: aResult({ ...ended, settled, timings }),
      }
    })
    await push(deltas)
  }
  async function push(deltas: readonly AnyDelta[]): Promise<void> {
    const texts = deltas.map((delta) =>
      'levels' in delta ? JSON.stringify(delta) : deltaToText(delta as Delta),
    )
    if (texts.length > 0) await running().core.redis.rpush(totalKeys(0).deltas, ...texts)
  }
  async function feedback(n: number, good: boolean, { task, revision, bucket }: Counted): Promise<void> {
    const { split } = await storedOf(task)
    const at = sharedNow()
    const level = Number(good)
    await push(
      Array.from({ length: n }, (): AnyDelta => {
        return {
          ...{
            id: newId(),
            run: newId(),
            project: ids().project,
            task,
            revision,
            split: split.seq,
            group: null,
          },
          ...{ bucket: bucket ?? null, hasSeries: false, given: at, settled: at, isFirst: true, latest: [] },
          levels: [['helpful', level, level * 1_000_000, countedHelpful]],
        }
      }),
    )
  }
  const seenOf = async (task: string, now = sharedNow()) => {
    const stored = await storedOf(task)
    const deps = { ...running().core, reportRollupsMax: 100_000 }
    return (await gatherEvidence(deps, stored, stored.rollout ?? assert.fail(), now)) ?? assert.fail()
  }

  test('of failures rolls back by keys, though too few of them say what a score guards', async () => {
    const { task, from, to } = await taskWithTwo()
    await call('POST', `/task/${task}`, { scores: HELPFUL })
    await start(task, { from, to, shares: [0.5, 1], hold: 0, min_runs: 5, guards: [FAILED, SCORED] })
    for (let bucket = 0; bucket < 100; bucket += 1) {
      await count(2, { task, revision: from, bucket })
      await count(2, { task, revision: to, bucket: bucket + 100, failed: true })
    }
    await decide()
    const { rollout } = await storedOf(task)
    assert.deepEqual([rollout?.status, rollout?.metric], ['rolled_back', 'failed'])
  })

  test('is not made of busy keys: runs that are all done in time say nothing of harm', async () => {
    const { task, from, to } = await taskWithTwo()
    await start(task, { from, to, shares: [0.5, 1], hold: 0, guards: [FAILED] })
    // One in twenty runs of each fails; twelve of the baseline's keys are busy.
    for (let key = 0; key < 100; key += 1) {
      const failing = key % 5 === 0 ? 1 : 0
      const ofBusy = key < 12 ? { ok: 57, failed: 3 } : { ok: 4 - failing, failed: failing }
      await count(ofBusy.ok, { task, revision: from, bucket: key })
      await count(ofBusy.failed, { task, revision: from, bucket: key, failed: true })
      await count(4 - failing, { task, revision: to, bucket: key + 100 })
      await count(failing, { task, revision: to, bucket: key + 100, failed: true })
    }
    const { guards, ratioAlarm } = await seenOf(task)
    assert.equal(ratioAlarm, false)
    assert.ok((guards[0]?.harm ?? 9) < Math.log(2), `${guards[0]?.harm}`)
    await decide()
    assert.notEqual((await storedOf(task)).rollout?.status, 'rolled_back')
  })

  test('finds runs that are late by keys', async () => {
    const { task, from, to } = await taskWithTwo()
    await start(task, { from, to, shares: [0.5, 1], hold: 0, done_within: 10, guards: [FAILED] })
    for (let bucket = 0; bucket < 100; bucket += 1) {
      await count(4, { task, revision: from, bucket })
      await count(4, { task, revision: to, bucket: bucket + 100, seconds: 100 })
    }
    await decide()
    assert.equal((await storedOf(task)).rollout?.status, 'rolled_back')
  })

  test('is what it is, however long the task was there before', async () => {
    const harms: number[] = []
    for (const hours of [0, 160]) {
      const { task, from, to } = await taskWithTwo()
      const hour = Math.floor(sharedNow() / HOUR_MS) * HOUR_MS
      for (let ago = 1; ago <= hours; ago += 1)
        await count(1, { task, revision: from, at: hour - ago * HOUR_MS })
      await start(task, { from, to, shares: [0.5, 1], hold: 0, guards: [FAILED] })
      const [first, now] = [hour + 1.5 * HOUR_MS, hour + 4.5 * HOUR_MS]
      for (const revision of [from, to]) {
        await count(2000, { task, revision, at: first })
        await count(60, { task, revision, at: now, failed: revision === to })
      }
      harms.push((await seenOf(task, now)).guards[0]?.harm ?? 0)
    }
    assert.ok(Math.abs((harms[0] ?? 0) - (harms[1] ?? 9)) < 1e-9, harms.join(' '))
  })

  test('pauses where feedback that guards it comes of one revision more often than of the other', async () => {
    const { task, from, to } = await taskWithTwo()
    await call('POST', `/task/${task}`, { scores: HELPFUL })
    await start(task, { from, to, shares: [0.5, 1], hold: 0, guards: [FAILED, SCORED] })
    for (const revision of [from, to]) await count(2000, { task, revision })
    await feedback(500, true, { task, revision: from })
    await feedback(900, true, { task, revision: to })
    await decide()
    const { rollout } = await storedOf(task)
    assert.deepEqual(
      [rollout?.status, rollout?.why, rollout?.metric],
      ['paused', 'sample_ratio', 'score:helpful'],
    )
  })

  test('stays what it was once the rollout is over, whatever becomes of the weights', async () => {
    const { task, from, to } = await taskWithTwo()
    await start(task, { from, to, shares: [0.5, 1], hold: 0, guards: [FAILED] })
    await count(20, { task, revision: from })
    await count(20, { task, revision: to, failed: true })
    await decide()
    const { body: before } = await call('GET', `/task/${task}/rollout`)
    assert.equal(before.status, 'rolled_back')
    const weights = [from, to].map((task_revision_id) => ({ task_revision_id, weight: 1 }))
    assert.equal((await call('POST', `/task/${task}`, { active_revisions: weights })).status, 200)
    await count(500, { task, revision: from })
    await count(500, { task, revision: to })
    assert.deepEqual((await call('GET', `/task/${task}/rollout`)).body, before)
  })
})
