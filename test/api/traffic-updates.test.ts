import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'
import { idsOf, type Shown, taskCalls } from '../support/task-calls.ts'

describe('updates of traffic', () => {
  const running = useSystem({ env: { SPLITRUN_WEIGHTS_MAX: '3' } })
  const { create, change, read } = taskCalls(running)

  test('activate gives the new revision all the traffic, and doing so again changes nothing', async () => {
    const id = await create()
    const first = await change(id, { system_prompt: 'Second.', activate: true })
    const [newest] = first.body.revisions
    assert.deepEqual(first.body.active_revisions, [{ task_revision_id: newest.id, weight: 1 }])
    assert.deepEqual(
      first.body.revisions.map(({ active }: Shown) => active),
      [true, false],
    )
    const again = await change(id, { system_prompt: 'Second.', activate: 'true' })
    assert.deepEqual([again.body, again.headers.get('etag')], [first.body, first.headers.get('etag')])

    // The newest may be there already, and inactive.
    const waiting = (await change(id, { system_prompt: 'Third.' })).body.revisions[0]
    assert.equal(waiting.active, false)
    const { body } = await change(id, { system_prompt: 'Third.', activate: true })
    assert.deepEqual([body.revisions.length, body.revisions[0].active], [3, true])
    assert.deepEqual((await change(id, { activate: false })).body, body)
  })

  test('a weight adds the new revision to the active ones, or changes the share that it has', async () => {
    const id = await create()
    const { body } = await change(id, { system_prompt: 'Second.', weight: 0.25 })
    const [second, first] = idsOf(body.revisions)
    const shares = (...weights: [string | undefined, number][]) =>
      weights.map(([task_revision_id, weight]) => ({ task_revision_id, weight }))
    assert.deepEqual(body.active_revisions, shares([first, 1], [second, 0.25]))
    const changed = (await change(id, { weight: 3 })).body
    assert.deepEqual(changed.active_revisions, shares([first, 1], [second, 3]))
    assert.equal(changed.revisions.length, 2)
    assert.deepEqual((await change(id, { weight: 0 })).body.active_revisions, shares([first, 1], [second, 0]))

    await change(id, { active_revisions: shares([second, 1]) })
    assert.equal((await change(id, { weight: 0 })).status, 422, 'none above 0')
    await change(id, { active_revisions: shares([first, 1], [second, 1]) })
    assert.equal((await change(id, { system_prompt: 'Third.', weight: 1 })).status, 200)
    const fourth = await change(id, { system_prompt: 'Fourth.', weight: 1 })
    assert.deepEqual(
      [fourth.status, fourth.body.detail[0].loc],
      [422, ['body', 'weight']],
      'three are the limit',
    )
    assert.equal((await read(id)).revisions.length, 3)
  })

  test('contradictions about traffic are refused, and change nothing', async () => {
    const id = await create()
    const before = await read(id)
    const active_revisions = before.active_revisions
    for (const [fields, at] of [
      [{ activate: true, weight: 1 }, 'weight'],
      [{ activate: true, active_revisions }, 'activate'],
      [{ weight: 1, active_revisions }, 'weight'],
      [{ weight: -1 }, 'weight'],
      [{ weight: null }, 'weight'],
      [{ test: true, activate: true }, 'activate'],
      [{ test: true, weight: 0 }, 'weight'],
    ] as const) {
      const refused = await change(id, { system_prompt: 'Other.', ...fields })
      assert.deepEqual(
        [refused.status, refused.body.detail[0].loc],
        [422, ['body', at]],
        JSON.stringify(fields),
      )
    }
    for (const weight of ['1e999', '"1"', 'true', '[1]']) {
      const body = `{"active_revisions": [{"task_revision_id": "${before.revisions[0].id}", "weight": ${weight}}]}`
      assert.equal((await running().call('POST', `/task/${id}`, body)).status, 422, weight)
    }
    assert.deepEqual(await read(id), before)
  })

  test('any sum of weights is accepted, and shown as it was sent', async () => {
    const id = await create()
    const { body } = await change(id, { system_prompt: 'Second.' })
    for (const weights of [
      [0.3, 0.7],
      [30, 70],
      [1e-300, 1e300],
      [0, 1],
    ]) {
      const active_revisions = body.revisions.map((revision: Shown, at: number) => ({
        task_revision_id: revision.id,
        weight: weights[at],
      }))
      assert.deepEqual((await change(id, { active_revisions })).body.active_revisions, active_revisions)
    }
  })
})
