import assert from 'node:assert/strict'
import { test } from 'node:test'
import { red } from '../support/pictures.ts'
import { ADMIN_TOKEN, type Cleanup, startSystem, until } from '../support/system.ts'

const FEW = 3

/** A project that may start few runs a minute, and have one in the queue. Nobody executes them. */
async function startFull(t: Cleanup) {
  const system = await startSystem(t, { workers: 0, env: { SPLITRUN_PROJECT_QUEUE_MAX: '1' } })
  const task = await system.createTask()
  const policies = [{ name: 'few', requests_per_minute: FEW }]
  await system.call('POST', '/limit', { policies }, { token: ADMIN_TOKEN })
  const project = system.project.split('/')[4] ?? ''
  await until(async () => (await system.core.policies.known(project)).length > 0)
  const run = async () => {
    const { status, body } = await system.call('POST', `/task/${task}/run?wait=0`, {
      task_input: { text: 'x' },
    })
    return status === 202 ? 'accepted' : body.detail.reason
  }
  return { system, run }
}

test('a run that is refused after the limits were asked counts under none', async (t) => {
  const { run } = await startFull(t)
  assert.equal(await run(), 'accepted')
  for (let each = 0; each < 2 * FEW; each += 1) assert.equal(await run(), 'PROJECT_QUEUE_FULL')
})

test('the files of a run that a limit refuses are not stored first', async (t) => {
  const { system, run } = await startFull(t)
  const photos = await system.createTask({ name: 'Photos', user_prompt: 'What is it?', image_required: true })
  const project = system.project.split('/')[4] ?? ''
  const policies = await system.core.policies.read(project)
  await until(
    async () => !(await system.core.policies.admit(project, policies, { id: 'x', lastsMs: 1 })).admitted,
  )
  assert.equal(await run(), 'RATE_LIMITED')
  const form = new FormData()
  form.append('task_file', new Blob([await red(8, 8).png().toBuffer()]), 'photo.png')
  const refused = await system.call('POST', `/task/${photos}/run?wait=0`, form)
  assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'RATE_LIMITED'])
  assert.equal(await system.core.redis.get('files-folder'), null, 'nothing was ever put there')
})
