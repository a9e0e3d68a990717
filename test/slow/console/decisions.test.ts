import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Page } from 'playwright-core'
import { decideRollouts } from '../../../src/decisions/rollouts/decide-rollouts.ts'
import { sharedNow } from '../../../src/platform/clock.ts'
import { choose, pressAt, typeInto } from '../../support/console/keyboard.ts'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import type { System } from '../../support/system.ts'

const press = (page: Page, name: string | RegExp) => pressAt(page, page.getByRole('button', { name }))

async function taskOfTwo(system: System, name: string, fields: Record<string, unknown> = {}) {
  const task = await system.createTask({ name, ...fields })
  const { body } = await system.call('POST', `/task/${task}`, { system_prompt: 'Another one.' })
  const [to, from] = body.revisions.map(({ id }: { id: string }) => id)
  return { task, from, to } as { task: string; from: string; to: string }
}

const half = (system: System, { task, from, to }: { task: string; from: string; to: string }) =>
  system.call('POST', `/task/${task}`, {
    active_revisions: [
      { task_revision_id: from, weight: 1 },
      { task_revision_id: to, weight: 1 },
    ],
  })

const read = async (system: System, path: string) => (await system.call('GET', path)).body

describe('which revision wins, in the console', () => {
  const { journey, keyboard } = useConsole()

  keyboard(
    'a task of which one revision has all traffic says how to get something to compare',
    async (t, { open, system }) => {
      const { task } = await taskOfTwo(system, 'Alone')
      const page = await open(t, `/tasks/${task}`)
      await pressAt(page, page.getByRole('link', { name: 'Which is better' }))
      await page.getByText('There is nothing to compare').waitFor()
      await checkAccess(page)
      await pressAt(page, page.getByRole('link', { name: 'Roll another revision out' }))
      await page.getByRole('heading', { level: 1, name: 'Alone: rollout', exact: true }).waitFor()
    },
  )

  keyboard(
    'the verdict is a sentence, with its interval drawn, and what it rests on',
    async (t, { open, system }) => {
      const scores = { helpful: { type: 'boolean', good: true } }
      const made = await taskOfTwo(system, 'Judged', { scores })
      await half(system, made)
      for (let each = 0; each < 60; each += 1) {
        const { body } = await system.call('POST', `/task/${made.task}/run`, { task_input: { text: 'tea' } })
        const helpful = body.task_revision_id === made.from
        await system.call('POST', `/task/${made.task}/run/${body.id}/feedback`, { scores: { helpful } })
      }
      await system.call('POST', `/task/${made.task}/run?revision_id=${made.to}`, {
        task_input: { text: 'x' },
      })
      const page = await open(t, `/tasks/${made.task}/verdict?baseline=${made.from}`)
      await page.getByText(/^Undecided whether B fails|^B fails about as often/).waitFor()
      await choose(page, page.getByLabel('What matters most'), 'Score helpful')
      await page.getByText(/^B scores worse in score:helpful: -\d/).waitFor()
      await page.waitForURL(/primary=score%3Ahelpful/)
      const row = page.getByRole('row', { name: /^Score helpful/ })
      await row.getByText('worse').waitFor()
      await row.locator('svg[data-verdict=worse]').waitFor()
      // The interval lies on the left of the line that says "no difference".
      const [high, middle] = await Promise.all(
        ['.interval-range', '.interval-middle'].map((line) => row.locator(line).getAttribute('x2')),
      )
      assert.ok(Number(high) < Number(middle), `${high} ${middle}`)
      await page.getByRole('heading', { name: 'B is r2, A is r1' }).waitFor()
      await page.getByText('1 runs whose caller chose the revision').waitFor()
      await page.getByText('yes, as far as can be told').waitFor()
      await checkAccess(page)
    },
  )

  keyboard(
    'a shadow is started and ended; its pairs are compared, and are left out of the rest',
    async (t, { open, system }) => {
      const { task, from, to } = await taskOfTwo(system, 'Shadowed')
      const page = await open(t, `/tasks/${task}/verdict`)
      await typeInto(page, page.getByLabel('Beside so many runs, in percent'), '100')
      await checkAccess(page)
      await press(page, 'Let it run beside')
      await page.getByText(/r2 runs beside 100 % of the runs, since .* started by you: 0 pairs/).waitFor()
      for (let each = 0; each < 5; each += 1) {
        await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
      }
      await page.getByRole('heading', { name: 'B as a shadow is r2, A is r1' }).waitFor()
      await page.getByText('5 pairs of runs with the same inputs').waitFor()
      await page.getByText('5 of shadows').waitFor()
      await page.getByRole('row', { name: /^Failures/ }).waitFor()
      await checkAccess(page)
      assert.deepEqual([from, to].includes((await read(system, `/task/${task}/shadow`)).revision), true)
      await press(page, 'End the shadow')
      await page.getByRole('button', { name: 'Let it run beside' }).waitFor()
      assert.equal((await read(system, `/task/${task}/shadow`)).detail.reason, 'SHADOW_NOT_FOUND')
    },
  )

  keyboard(
    'a rollout is started, paused, resumed and rolled back, and shows its guards',
    async (t, { open, system }) => {
      const { task, from, to } = await taskOfTwo(system, 'Rolled')
      const page = await open(t, `/tasks/${task}/rollout`)
      await typeInto(page, page.getByLabel('Shares, in percent'), '20, 100')
      await typeInto(page, page.getByRole('textbox', { name: 'Failures' }), '5')
      await press(page, 'Add a guard')
      await page.getByRole('textbox', { name: 'Invalid answers' }).waitFor()
      await press(page, 'Take the guard on Invalid answers away')
      await checkAccess(page)
      await press(page, 'Start the rollout')
      await page.getByRole('heading', { name: 'From r1 to r2: it goes on' }).waitFor()
      await page.getByText('It waits until this step has lasted 10 min').waitFor()
      await page.getByRole('row', { name: /^Failures at most 5 points worse/ }).waitFor()
      await page
        .getByRole('listitem')
        .filter({ hasText: '20 %' })
        .and(page.locator('[aria-current=step]'))
        .waitFor()
      await page.getByRole('row', { name: /^2 .* you a rollout began/ }).waitFor()
      await checkAccess(page)
      const rollout = await read(system, `/task/${task}/rollout`)
      assert.deepEqual([rollout.from, rollout.to, rollout.share, rollout.hold], [from, to, 0.2, 600])
      assert.deepEqual(
        rollout.guards.map(({ metric, bound }: { metric: string; bound: number }) => [metric, bound]),
        [
          ['failed', 0.05],
          ['latency', 1.25],
          ['cost', 1.5],
        ],
      )
      await press(page, 'Pause')
      await page.getByText('It is paused because somebody asked for it.').waitFor()
      await press(page, 'Resume')
      await page.getByRole('button', { name: 'Pause' }).waitFor()
      await press(page, 'Complete now…')
      await page.getByRole('dialog').getByText('No guard looks at it afterwards').waitFor()
      await checkAccess(page)
      await press(page, 'Let it earn its steps')
      await press(page, 'Roll back to r1')
      await page.getByText('It was rolled back because somebody asked for it.').waitFor()
      await page.getByRole('heading', { name: 'Roll a revision out' }).waitFor()
      const { active_revisions: active } = await read(system, `/task/${task}`)
      assert.deepEqual(
        active
          .filter(({ weight }: { weight: number }) => weight > 0)
          .map((each: typeof active) => each.task_revision_id),
        [from],
      )
    },
  )

  journey('a rollout that evidence completes says so, while one looks', async (t, { open, system }) => {
    const { task, from, to } = await taskOfTwo(system, 'Earned')
    const guards = [{ metric: 'failed', max_increase: 0.5 }]
    const body = { from, to, shares: [0.5, 1], hold: 0, min_runs: 3, guards }
    assert.equal((await system.call('POST', `/task/${task}/rollout`, body)).status, 200)
    const page = await open(t, `/tasks/${task}/rollout`)
    await page.getByText('It waits for runs: 0 of the 3').waitFor()
    const { core } = system
    const deps = { ...core, reportRollupsMax: core.config.reportRollupsMax }
    while ((await read(system, `/task/${task}/rollout`)).status === 'running') {
      await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
      await decideRollouts(deps, sharedNow(), new AbortController().signal)
    }
    await page.getByText('It is complete because the evidence allowed it.').waitFor()
    await page
      .getByRole('row', { name: /the evidence a rollout was completed: no guard is exceeded/ })
      .waitFor()
    await checkAccess(page)
  })

  keyboard(
    'the history says who split the traffic and why, and an undo gives it back',
    async (t, { open, system }) => {
      const made = await taskOfTwo(system, 'Remembered')
      await half(system, made)
      const page = await open(t, `/tasks/${made.task}/history`)
      await page
        .getByRole('row', { name: /^2 .* you the traffic was split anew r1 100 % r1 50 % · r2 50 %/ })
        .waitFor()
      await page.getByRole('row', { name: /^1 .* you the task was made no traffic r1 100 %/ }).waitFor()
      await checkAccess(page)
      await press(page, 'Undo the last change')
      await page.getByRole('dialog').getByText('r1 100 %').waitFor()
      await checkAccess(page)
      await press(page, 'Split the traffic so')
      await page.getByRole('row', { name: /^3 .* the weights of change 1 were given again/ }).waitFor()
      const body = { from: made.from, to: made.to, shares: [0.5, 1] }
      assert.equal((await system.call('POST', `/task/${made.task}/rollout`, body)).status, 200)
      await press(page, /^Give these weights again.*of change 2$/)
      await press(page, 'Split the traffic so')
      await page.getByText('A rollout decides about the weights').waitFor()
      await press(page, 'End the rollout, and split so')
      await page.getByRole('row', { name: /^5 .* the weights of change 2 were given again/ }).waitFor()
      assert.equal((await read(system, `/task/${made.task}/rollout`)).status, 'superseded')
    },
  )

  keyboard('a key that may not change a rollout is told why', async (t, { open, system }) => {
    const { task } = await taskOfTwo(system, 'Looked at')
    const key = await system.createToken(['task:read', 'run:read'])
    const page = await open(t, `/tasks/${task}/rollout`, { key })
    await press(page, 'Start the rollout')
    await page.getByRole('status').getByText('lacks the scope task:write').waitFor()
  })
})
