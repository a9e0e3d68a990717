import assert from 'node:assert/strict'
import { decideRollouts } from '../../src/decisions/rollouts/decide-rollouts.ts'
import { sharedNow } from '../../src/platform/clock.ts'
import { newRunId } from '../../src/platform/ids.ts'
import { deltaOfRun } from '../../src/runs/execute/delta-of-run.ts'
import { drawRevision, placeOfRun } from '../../src/tasks/split/draw-revision.ts'
import { moveSlots, type SlotTable } from '../../src/tasks/split/slot-table.ts'
import type { TrafficChange } from '../../src/tasks/split/split.ts'
import { aRequest, aResult, claimed } from './runs.ts'
import type { System } from './system.ts'

const FAILURE = { reason: 'MODEL_ERROR', message: 'No.', retryable: false }

/** What tests of rollouts do with the tasks of a system that has no worker. */
export function rolloutCalls(running: () => System) {
  const call = (method: string, path: string, body?: object) => running().call(method, path, body)
  const decide = (now = sharedNow()) => {
    const { core } = running()
    const deps = { ...core, reportRollupsMax: core.config.reportRollupsMax }
    return decideRollouts(deps, now, new AbortController().signal)
  }
  const ids = () => {
    const [, , org = '', , project = ''] = running().project.split('/')
    return { org, project }
  }

  async function taskWithTwo(): Promise<{ task: string; from: string; to: string }> {
    const task = await running().createTask()
    const { body } = await call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
    const [to, from] = body.revisions.map(({ id }: { id: string }) => id)
    return { task, from, to }
  }
  const storedOf = async (task: string) =>
    (await running().core.tasks.read(ids().project, task))?.task ?? assert.fail('no such task')

  /** Runs that are drawn by the weights of this moment, and end as `fails` says of their revision. */
  async function settle(task: string, count: number, fails: (revision: string) => boolean): Promise<void> {
    const { core } = running()
    const { split } = await storedOf(task)
    for (let run = 0; run < count; run += 1) {
      const id = newRunId(0)
      const request = aRequest({ ...ids(), id, task, ...placeOfRun(id) })
      const revision = drawRevision(split, request.slot ?? 0) ?? ''
      await core.runs.create(request, null, null, { revision, split: split.seq, model: '' })
      const claim = await claimed(core.redis, core.runs, request)
      const result = aResult(fails(revision) ? { status: 'failed', error: FAILURE, response: null } : {})
      await core.runs.settle(claim, result, [], await deltaOfRun(core, request, claim, result, []))
    }
  }
  const historyOf = async (task: string): Promise<TrafficChange[]> =>
    (await call('GET', `/task/${task}/traffic_history`)).body.results
  async function start(task: string, body: object): Promise<void> {
    const { status, body: answer } = await call('POST', `/task/${task}/rollout`, body)
    assert.equal(status, 200, JSON.stringify(answer))
    assert.equal(answer.status, 'running')
  }
  async function checkHistory(task: string): Promise<TrafficChange[]> {
    const history = (await historyOf(task)).toReversed()
    assert.deepEqual(
      history.map(({ seq }) => seq),
      history.map((_, at) => at + 1),
    )
    let table: SlotTable | null = null
    for (const { after } of history) table = moveSlots(table, after)
    assert.deepEqual((await storedOf(task)).split.table, table)
    return history
  }
  return { call, decide, ids, taskWithTwo, storedOf, settle, historyOf, start, checkHistory }
}
