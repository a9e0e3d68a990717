import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useSystem } from '../support/system.ts'

const running = useSystem()

test('inputs whose names are written with escapes are read as they are, whatever names another project has sent', async () => {
  const system = running()
  const task = await system.createTask({ user_prompt: 'Of {größe} and {text}.' })
  const send = (project: string, token: string, id: string, body: string) =>
    fetch(`${system.url}${project}/task/${id}/run`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    })
  const other = await system.inNewProject()
  const theirs = await other.createTask()
  // How the other name begins where it is written with escapes, as long as that name is.
  const met = String.raw`{"task_input": {"text": "tea", "gr\\u0": 1}}`
  assert.equal((await send(other.project, other.token, theirs, met)).status, 200)
  const answer = await send(
    system.project,
    system.token,
    task,
    String.raw`{"task_input": {"text": "tea", "gr\u00f6\u00dfe": "large"}}`,
  )
  assert.equal(answer.status, 200)
  assert.deepEqual((await answer.json()).run_data.submitted, { text: 'tea', größe: 'large' })
})

test('a body that is nested too deeply is refused as that, also where a name cannot be written without escapes', async () => {
  const system = running()
  const task = await system.createTask()
  const levels = 20_000
  const answer = await fetch(`${system.url}${system.project}/task/${task}/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' },
    body: `${'{"a":'.repeat(levels)}{"\\n": 1}${'}'.repeat(levels)}`,
  })
  assert.equal(answer.status, 422)
  assert.match((await answer.json()).detail[0].msg, /nested deeper/)
})
