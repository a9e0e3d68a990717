import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../../support/system.ts'
import { type WatchedEvent, watchEvents } from '../../support/watch-events.ts'

describe('a project that is watched', () => {
  const system = useSystem({ env: { SPLITRUN_PROJECT_EVENTS_RATE: '3', SPLITRUN_PROJECT_STREAMS_MAX: '2' } })
  const watch = (t: Parameters<typeof watchEvents>[0], project = system().project, token = system().token) =>
    watchEvents(t, `${system().url}${project}/events`, { headers: { authorization: `Bearer ${token}` } })
  const run = (task: string, query = '') =>
    system().call('POST', `/task/${task}/run${query}`, { task_input: { text: 'a very secret tea' } })

  test('tells of the ends of its own runs, thin, at most so many a second, and counts the others', async (t) => {
    const task = await system().createTask()
    const watcher = await watch(t)
    assert.equal(watcher.status, 200)
    // The worker knows a moment later that somebody watches.
    let first: WatchedEvent | null = null
    const seen = watcher.next().then((event) => {
      first = event
    })
    while (!first) {
      await run(task)
      await Promise.race([seen, new Promise((resolve) => setTimeout(resolve, 100))])
    }
    const { event, data } = first as WatchedEvent
    assert.equal(event, 'run.succeeded')
    assert.equal(data.task_id, task)
    const { body } = await system().call('GET', `/task/${task}/run/${data.id}`)
    assert.equal(data.total_ms, body.timings.total)
    assert.equal(data.settled, body.settled)
    assert.ok(!JSON.stringify(data).includes('secret'))

    const queue = await Promise.all(Array.from({ length: 12 }, () => run(task)))
    assert.ok(queue.every(({ status }) => status === 200))
    const told = await watcher.until((each) => each.event === 'runs.skipped')
    assert.ok(told.at(-1)?.data.count > 0)
  })

  test('is told nothing of other projects, and only who may read runs may watch', async (t) => {
    const other = await system().createProject()
    const mayNot = await watch(t, system().project, await system().createToken(['task:read']))
    assert.equal(mayNot.status, 403)
    const foreign = await watch(t, system().project, other.token)
    assert.equal(foreign.status, 404)
  })

  test('takes so many watchers of one project, and refuses more with 429', async (t) => {
    const { project, token } = await system().createProject()
    const watchers = [await watch(t, project, token), await watch(t, project, token)]
    assert.deepEqual(
      watchers.map(({ status }) => status),
      [200, 200],
    )
    const third = await watch(t, project, token)
    assert.equal(third.status, 429)
    assert.equal(third.headers.get('retry-after'), '5')
    assert.equal((await watch(t)).status, 200)
  })
})
