import assert from 'node:assert/strict'
import { newId } from '../../../src/platform/ids.ts'
import type { RunResult } from '../../../src/runs/run.ts'
import { aRequest, aResult, settled } from '../../support/runs.ts'
import type { System } from '../../support/system.ts'

export const DAY = 86_400_000

/** Settles a run of a task, at a time of the test's choosing. */
export async function settleRun(
  { core, project }: System,
  task: string,
  { group = null, ...fields }: Partial<RunResult> & { group?: string | null } = {},
): Promise<void> {
  const request = aRequest({ project: project.split('/').at(-1) ?? '', task, reportingGroup: group })
  await settled(core, request, newId(), aResult(fields))
}

export const day = (daysAgo: number): string =>
  new Date(Date.now() - daysAgo * DAY).toISOString().slice(0, 10)

/** Reads a report of the system that a suite uses. */
export const reporting = (running: () => System) => async (path: string) => {
  const { status, body } = await running().call('GET', path)
  assert.equal(status, 200, JSON.stringify(body))
  return body
}
