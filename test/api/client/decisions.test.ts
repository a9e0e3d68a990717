import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LinkedFeedback, SplitrunError } from '../../../client/src/index.ts'
import { connectClient, rejection } from '../../support/client.ts'
import { useSystem } from '../../support/system.ts'

const reasonOf = async (promise: Promise<unknown>) => ((await rejection(promise)) as SplitrunError).reason

describe('the client decides between revisions', () => {
  const running = useSystem()

  async function taskOfTwo() {
    const client = connectClient(running())
    const task = await running().createTask({ scores: { helpful: { type: 'boolean', good: true } } })
    const { task: made } = await client.tasks.update(task, { system_prompt: 'Another one.' })
    const [to = '', from = ''] = made.revisions.map(({ id }) => id)
    return { client, task, from, to }
  }

  test('feedback is given, read, reported, and asked for by a link', async () => {
    const { client, task } = await taskOfTwo()
    const { run } = await client.task(task).run({ text: 'tea' }, { split_key: 'somebody' })
    const given = await client.feedback.give(task, run.id, { scores: { helpful: true }, comment: 'Good.' })
    assert.deepEqual([given.scores['helpful']?.value, given.comment], [true, 'Good.'])
    assert.deepEqual(await client.feedback.get(task, run.id), given)
    const link = await client.feedback.link(task, run.id, { scores: ['helpful'] })
    const { pathname, search } = new URL(link.url)
    const linked = (await (await fetch(running().checkedUrl + pathname + search)).json()) as LinkedFeedback
    assert.deepEqual(linked.scores, { helpful: true })
    assert.equal((await client.reports.feedback({ task })).scores['helpful']?.count, 1)
    const [listed] = (await client.runs.list({ task_id: task, score: 'helpful:true' }).page()).results
    assert.deepEqual([listed?.id, listed?.scores], [run.id, { helpful: true }])
  })

  test('a rollout is started, steered and superseded; the history has it all and gives weights back', async () => {
    const { client, task, from, to } = await taskOfTwo()
    const { rollout, trafficHistory } = client
    assert.equal(await reasonOf(rollout.get(task)), 'ROLLOUT_NOT_FOUND')
    const started = await rollout.start(task, { from, to, shares: [0.1, 1] })
    assert.deepEqual([started.status, started.share], ['running', 0.1])
    assert.equal((await rollout.pause(task)).status, 'paused')
    assert.equal(await reasonOf(rollout.pause(task)), 'ROLLOUT_NOT_RUNNING')
    assert.equal((await rollout.resume(task)).status, 'running')
    assert.equal(await reasonOf(trafficHistory.restore(task, 1)), 'ROLLOUT_RUNNING')
    const comparison = await client.comparison(task, { baseline: from })
    assert.deepEqual(
      comparison.revisions.map(({ task_revision_id }) => task_revision_id).includes(to),
      true,
      comparison.summary,
    )
    assert.equal((await rollout.rollback(task)).status, 'rolled_back')
    await rollout.start(task, { from, to, shares: [0.5, 1] })
    const restored = await trafficHistory.restore(task, 1, { supersede: true })
    assert.deepEqual(
      restored.active_revisions.map(({ task_revision_id }) => task_revision_id),
      [from],
    )
    assert.equal((await rollout.get(task)).status, 'superseded')
    await rollout.start(task, { from, to, shares: [0.5, 1] })
    const split = { active_revisions: [{ task_revision_id: from }] }
    assert.equal(await reasonOf(client.tasks.update(task, split)), 'ROLLOUT_RUNNING')
    await client.tasks.update(task, split, { supersede: true })
    assert.equal((await rollout.get(task)).status, 'superseded')
    await rollout.start(task, { from, to, shares: [0.5, 1] })
    assert.equal((await rollout.complete(task)).status, 'completed')
    const first = await trafficHistory.page(task, { page_limit: 2 })
    const next = await trafficHistory.page(task, { before: first.next_before ?? 0, page_limit: 100 })
    const seqs = [...first.results, ...next.results].map(({ seq }) => seq)
    assert.deepEqual(
      seqs,
      Array.from({ length: seqs.length }, (_, at) => seqs.length - at),
    )
    assert.equal(next.next_before, null)
  })
})
