import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startSystem, useSystem } from '../support/system.ts'

const SCORES = {
  helpful: { type: 'boolean', good: true },
  stars: { type: 'number', min: 1, max: 5, good: 'high' },
  tone: { type: 'category', options: ['ok', 'rude'], good: ['ok'] },
}

describe('feedback on runs', () => {
  const running = useSystem({ env: { SPLITRUN_SCORES_MAX: '3', SPLITRUN_SHARDS: '2' } })
  const call = (method: string, path: string, body?: object) => running().call(method, path, body)

  async function taskWithScores(): Promise<{ task: string; a: string; b: string }> {
    const task = await running().createTask({ scores: SCORES })
    const { body } = await call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    assert.deepEqual(body.scores, SCORES)
    const [b, a] = body.revisions.map(({ id }: { id: string }) => id)
    const active_revisions = [a, b].map((task_revision_id) => ({ task_revision_id, weight: 1 }))
    await call('POST', `/task/${task}`, { active_revisions })
    return { task, a, b }
  }
  const run = async (task: string, query = '') =>
    (await call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea' } })).body
  const compared = async (task: string, baseline: string) =>
    (await call('GET', `/task/${task}/comparison?baseline=${baseline}`)).body.revisions[0].metrics

  test('is merged by name; null takes back, the same again changes nothing, the first value counts', async () => {
    const { task, a, b } = await taskWithScores()
    const { id, task_revision_id } = await run(task)
    const path = `/task/${task}/run/${id}/feedback`
    const first = await call('POST', path, { scores: { helpful: true, stars: 4 }, comment: 'Good.' })
    assert.equal(first.status, 200, JSON.stringify(first.body))
    assert.deepEqual([first.body.run_id, first.body.comment], [id, 'Good.'])
    assert.deepEqual((await call('POST', path, { scores: { helpful: true } })).body, first.body)
    const changed = await call('POST', path, {
      scores: { helpful: false, stars: null, tone: 'ok' },
      comment: null,
    })
    const { helpful, stars, tone } = changed.body.scores
    assert.deepEqual([helpful.value, helpful.first, helpful.counted], [false, true, true])
    assert.deepEqual([stars.value, stars.first, tone.value], [null, 4, 'ok'])
    assert.equal(changed.body.comment, null)
    assert.deepEqual((await call('GET', path)).body, changed.body)
    const other = task_revision_id === a ? b : a
    const metrics = await compared(task, other)
    assert.deepEqual([metrics['score:helpful'].n, metrics['score:helpful'].estimate], [1, 1])
    assert.ok(Math.abs(metrics['score:stars'].estimate - 0.75) < 1e-9)
  })

  test('has any name that may be declared, also one that every object has', async () => {
    const task = await running().createTask({ scores: { constructor: { type: 'boolean', good: true } } })
    const { id } = await run(task)
    const path = `/task/${task}/run/${id}/feedback`
    const { status, body } = await call('POST', path, { scores: { constructor: true } })
    assert.equal(status, 200, JSON.stringify(body))
    const { value, first, counted } = body.scores.constructor
    assert.deepEqual([value, first, counted], [true, true, true])
    const changed = await call('POST', path, { scores: { constructor: false } })
    assert.deepEqual(
      [changed.body.scores.constructor.value, changed.body.scores.constructor.first],
      [false, true],
    )
    const report = (await call('GET', `/task/${task}/feedback_report`)).body
    assert.deepEqual(report.scores.constructor.values, { false: 1 })
  })

  test('a hundred at once count once', async () => {
    const { task, a, b } = await taskWithScores()
    const { id, task_revision_id } = await run(task)
    const path = `/task/${task}/run/${id}/feedback`
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => call('POST', path, { scores: { helpful: true, stars: 2 } })),
    )
    for (const { status, body } of answers) assert.deepEqual([status, body], [200, answers[0]?.body])
    const metrics = await compared(task, task_revision_id === a ? b : a)
    assert.deepEqual([metrics['score:helpful'].n, metrics['score:stars'].n], [1, 1])
  })

  test('on a run whose revision was named, or that asked for the fallback, is kept and not compared', async () => {
    const { task, a, b } = await taskWithScores()
    const { id } = await run(task, `?revision_id=${b}`)
    const { body } = await call('POST', `/task/${task}/run/${id}/feedback`, { scores: { helpful: true } })
    assert.deepEqual([body.scores.helpful.value, body.scores.helpful.counted], [true, false])
    assert.equal((await compared(task, a))['score:helpful'].n, 0)
  })

  test('under a name that is declared anew does not add up with what was said before', async () => {
    const { task, a, b } = await taskWithScores()
    /** How many runs have each score, of both revisions. */
    const counts = async () => {
      const both = [await compared(task, a), await compared(task, b)]
      return Object.keys(SCORES).map((name) => both.reduce((sum, each) => sum + each[`score:${name}`].n, 0))
    }
    const say = async (scores: object) => {
      const { id } = await run(task)
      const { status, body } = await call('POST', `/task/${task}/run/${id}/feedback`, { scores })
      assert.equal(status, 200, JSON.stringify(body))
    }
    const declare = async (scores: object) =>
      assert.equal((await call('POST', `/task/${task}`, { scores })).status, 200)
    await say({ helpful: true, stars: 5, tone: 'ok' })
    await say({ helpful: false, stars: 1, tone: 'rude' })
    assert.deepEqual(await counts(), [2, 2, 2])
    // What a value is worth changes; other words that are not good, and which way is better, do not change that.
    await declare({
      helpful: { type: 'number', min: 0, max: 1, good: 'high' },
      stars: { type: 'number', min: 0, max: 5, good: 'high' },
      tone: { type: 'category', options: ['rude', 'odd', 'ok'], good: ['ok'] },
    })
    assert.deepEqual(await counts(), [0, 0, 2])
    await say({ helpful: 1, stars: 0, tone: 'odd' })
    assert.deepEqual(await counts(), [1, 1, 3])
    await declare({
      ...SCORES,
      stars: { ...SCORES.stars, good: 'low' },
      helpful: { type: 'boolean', good: false },
    })
    assert.deepEqual(await counts(), [0, 2, 3])
    await declare(SCORES)
    assert.deepEqual(await counts(), [2, 2, 3], 'as it was declared, it goes on')
  })

  test('stands beside a run, and lists are filtered by it', async () => {
    const { task } = await taskWithScores()
    const said = [
      { helpful: true, stars: 1 },
      { helpful: false, stars: 4, tone: 'rude' },
      { stars: 2, tone: 'ok' },
    ]
    const ids: string[] = []
    for (const scores of said) {
      const { id, scores: before } = await run(task)
      assert.deepEqual(before, {})
      const etag = async () => (await call('GET', `/task/${task}/run/${id}`)).headers.get('etag')
      const tagBefore = await etag()
      await call('POST', `/task/${task}/run/${id}/feedback`, { scores: { ...scores, tone: 'rude' } })
      await call('POST', `/task/${task}/run/${id}/feedback`, { scores: { tone: null, ...scores } })
      assert.notEqual(await etag(), tagBefore)
      assert.deepEqual((await call('GET', `/task/${task}/run/${id}`)).body.scores, scores)
      ids.push(id)
    }
    await run(task)
    const wanted: [filter: string, found: number[]][] = [
      ['helpful', [0, 1]],
      ['helpful:false', [1]],
      ['stars:2', [2]],
      ['stars:1..2', [0, 2]],
      ['stars:2..', [1, 2]],
      ['tone:rude', [1]],
      ['tone:1..2', []],
      ['constructor', []],
    ]
    for (const [filter, found] of wanted) {
      for (const [path, fields] of [
        [`/task/${task}/run`, 'all'],
        ['/task_run', 'summary'],
      ]) {
        const { status, body } = await call('GET', `${path}?score=${filter}&fields=${fields}`)
        const own = (body.results ?? []).filter(({ id }: { id: string }) => ids.includes(id))
        assert.deepEqual(
          [status, own.map(({ id }: { id: string }) => ids.indexOf(id)).sort()],
          [200, found],
          filter,
        )
        for (const each of own) assert.deepEqual(each.scores, said[ids.indexOf(each.id)])
      }
    }
    assert.equal((await call('GET', '/task_run?score=No%20name')).status, 422)
  })

  test('reports count what was said last on the day of the run, metrics what was said first', async () => {
    const { task } = await taskWithScores()
    const said = [
      [{ helpful: true, stars: 4.04 }, { stars: 2 }],
      [{ helpful: false, tone: 'rude' }, { tone: 'ok' }, { tone: null }, { tone: 'ok' }],
      [{ stars: 4 }, { stars: null }],
    ]
    const revisions: string[] = []
    for (const changes of said) {
      const { id, task_revision_id } = await run(task, '?reporting_group=eu')
      revisions.push(task_revision_id)
      for (const scores of changes) {
        assert.equal((await call('POST', `/task/${task}/run/${id}/feedback`, { scores })).status, 200)
      }
    }
    const { body } = await call('GET', `/task/${task}/feedback_report?reporting_group=eu`)
    assert.equal(body.total_task_runs, 3)
    assert.deepEqual(body.scores, {
      helpful: { count: 2, values: { true: 1, false: 1 }, mean: null },
      stars: { count: 1, values: { 2: 1 }, mean: 2 },
      tone: { count: 1, values: { ok: 1 }, mean: null },
    })
    const rows = body.task_revisions.map((row: { task_revision_id: string }) => row.task_revision_id)
    assert.deepEqual(rows.sort(), [...new Set(revisions)].sort())
    const text = await (await fetch(`${running().url}/metrics`)).text()
    const sum = (name: string, score: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) && line.includes(task) && line.includes(`"${score}"`))
        .reduce((all, line) => all + Number(line.split(' ').at(-1)), 0)
    assert.deepEqual(
      ['helpful', 'stars', 'tone'].map((score) => [
        sum('splitrun_scores_total', score),
        sum('splitrun_scores_good_total', score),
      ]),
      [
        [2, 1],
        [2, 1.5],
        [1, 0],
      ],
    )
  })

  test('is refused for what is not declared, before the end, and for runs that are not there', async () => {
    const { task } = await taskWithScores()
    const { id } = await run(task)
    const path = `/task/${task}/run/${id}/feedback`
    for (const scores of [
      { other: true },
      { constructor: true },
      { helpful: 'yes' },
      { stars: 6 },
      { tone: 'odd' },
    ]) {
      const { status, body } = await call('POST', path, { scores })
      assert.deepEqual([status, body.detail[0].loc], [422, ['body', 'scores', Object.keys(scores)[0]]])
    }
    assert.deepEqual((await call('GET', path)).body, { run_id: id, scores: {}, comment: null })
    const absent = await call('POST', `/task/${task}/run/${task}/feedback`, { scores: { helpful: true } })
    assert.deepEqual([absent.status, absent.body.detail.reason], [404, 'TASK_RUN_NOT_FOUND'])
    const many = { ...SCORES, more: { type: 'boolean', good: true } }
    assert.equal((await call('POST', `/task/${task}`, { scores: many })).status, 422)
    assert.deepEqual((await call('POST', `/task/${task}`, { scores: null })).body.scores, {})
  })
})

test('feedback before the end of a run is a 409', async (t) => {
  const { createTask, call } = await startSystem(t, { workers: 0 })
  const task = await createTask({ scores: SCORES })
  const { id } = (await call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })).body
  const early = await call('POST', `/task/${task}/run/${id}/feedback`, { scores: { helpful: true } })
  assert.deepEqual([early.status, early.body.detail.reason], [409, 'RUN_NOT_DONE'])
})
