import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LinkedFeedback, SplitrunError } from '../../../client/src/index.ts'
import { declareEndpoints } from '../../../src/compose/compose-api.ts'
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

  test('all that is done under a condition of the API takes the state that it is done to', async () => {
    const { client, task, from, to } = await taskOfTwo()
    const sent: string[] = []
    const watched = connectClient(running(), {
      fetch(url, init) {
        const path = new URL(url).pathname.replace(/^.*\/project\/[^/]+/, '').replace(task, ':task_id')
        if (new Headers(init.headers).has('if-match')) sent.push(`${init.method} ${path}`)
        return fetch(url, init)
      },
    })
    const { etag: ifMatch } = await client.tasks.get(task)
    await client.tasks.update(task, { enabled: true, description: 'Changed meanwhile.' })
    const { rollout, shadow, trafficHistory, tasks } = watched
    const changes = [
      rollout.start(task, { from, to, shares: [0.1, 1] }, { ifMatch }),
      ...[rollout.pause, rollout.resume, rollout.rollback, rollout.complete].map((steer) =>
        steer(task, { ifMatch }),
      ),
      shadow.start(task, { revision: to, share: 0.5, max_credits_per_day: null }, { ifMatch }),
      shadow.end(task, { ifMatch }),
      trafficHistory.restore(task, 1, { ifMatch, supersede: true }),
      tasks.update(task, { enabled: false }, { ifMatch }),
      tasks.delete(task, { ifMatch }),
    ]
    assert.deepEqual(await Promise.all(changes.map(reasonOf)), Array(changes.length).fill('STALE_TASK'))
    // Policies are changed under one by `change`, which asks again by itself.
    const guarded = declareEndpoints(running().core.config).filter(
      ({ headers, path }) => headers && 'if-match' in headers.shape && path.includes(':task_id'),
    )
    const declared = guarded.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    const asSent = declared.map((each) => each.replace(/\/org.*:project_id/, '').replace(':seq', '1'))
    assert.deepEqual(sent.sort(), asSent.sort())

    const { etag } = await client.tasks.get(task)
    assert.equal(
      (await rollout.start(task, { from, to, shares: [0.1, 1] }, { ifMatch: etag })).status,
      'running',
    )
    assert.equal(await reasonOf(rollout.complete(task, { ifMatch: etag })), 'STALE_TASK')
    assert.equal((await rollout.complete(task, { ifMatch: '*' })).status, 'completed')
  })
})
