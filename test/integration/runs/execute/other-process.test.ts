import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeApi } from '../../../../src/compose/compose-api.ts'
import { type Core, composeCore } from '../../../../src/compose/compose-core.ts'
import { composeWorker } from '../../../../src/compose/compose-worker.ts'
import { silentLogger } from '../../../../src/platform/logger.ts'
import { type Cleanup, type System, startSystem } from '../../../support/system.ts'

const ROUNDS = 4

test('a run has the weights that its caller changed just now, whatever its worker knew', async (t) => {
  const { system, other, task, revisions } = await startBoth(t, 'other')
  for (const revision of inTurn(revisions)) {
    // It has just looked, and would not look again for a second.
    await other.tasks.recent(projectOf(system), task)
    await activate(system.url, system, task, revision)
    assert.equal(await revisionOfRun(system, task), revision)
  }
})

test('a run has the weights that its caller was shown, whoever changed them', async (t) => {
  const { system, otherUrl, task, revisions } = await startBoth(t, 'own')
  for (const path of [`/task/${task}`, '/task', `/task/${task}/traffic_history`]) {
    for (const revision of inTurn(revisions)) {
      // It has just looked, and would not look again for a second.
      await system.core.tasks.recent(projectOf(system), task)
      await activate(otherUrl, system, task, revision)
      assert.equal((await system.call('GET', path)).status, 200)
      assert.equal(await revisionOfRun(system, task), revision, path)
    }
  }
})

/** A system, and what would be a second process beside it, of which one has the worker. */
async function startBoth(t: Cleanup, worker: 'own' | 'other') {
  const ofSystem: (() => Promise<void> | void)[] = []
  const system = await startSystem({ after: (clean) => void ofSystem.push(clean) }, { workers: 0 })
  const other: Core = await composeCore(system.core.config, silentLogger())
  // Before the system, which takes Redis along.
  t.after(async () => {
    await other.lifecycle.close()
    for (const clean of ofSystem) await clean()
  })
  await composeWorker(worker === 'own' ? system.core : other)
  const { port } = await composeApi(other)
  const task = await system.createTask()
  const { body } = await system.call('POST', `/task/${task}`, { system_prompt: 'You answer well.' })
  const revisions: string[] = body.revisions.map(({ id }: { id: string }) => id)
  return { system, other, otherUrl: `http://127.0.0.1:${port}`, task, revisions }
}

const projectOf = ({ project }: System): string => project.split('/').at(-1) ?? ''

const inTurn = (revisions: readonly string[]): string[] => Array(ROUNDS).fill(revisions).flat()

/** Gives one revision all the traffic, by the API at `url`. */
async function activate(url: string, { project, token }: System, task: string, revision: string) {
  const answer = await fetch(`${url}/api/v1${project}/task/${task}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ active_revisions: [{ task_revision_id: revision, weight: 1 }] }),
  })
  assert.equal(answer.status, 200, await answer.text())
}

async function revisionOfRun({ call }: System, task: string): Promise<string> {
  const { status, body } = await call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  assert.equal(status, 200, JSON.stringify(body))
  return body.task_revision_id
}
