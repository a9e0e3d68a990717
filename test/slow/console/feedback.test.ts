import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Page } from 'playwright-core'
import { pressAt, reach, typeInto } from '../../support/console/keyboard.ts'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'
import type { System } from '../../support/system.ts'

const SCORES = {
  helpful: { type: 'boolean', good: true },
  stars: { type: 'number', min: 1, max: 5, good: 'high' },
  tone: { type: 'category', options: ['ok', '<b>"rude"</b>'], good: ['ok'] },
  minutes_saved: { type: 'number', min: 0, max: 600, good: 'high' },
}

const press = (page: Page, name: string | RegExp) => pressAt(page, page.getByRole('button', { name }))

async function start(system: System, task: string) {
  return (await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })).body
}

/** Makes a link at the page of a run. */
async function makeLink(page: Page): Promise<string> {
  await press(page, 'Make the link')
  return (await page.getByRole('region', { name: 'Link' }).locator('pre').textContent()) ?? ''
}

describe('feedback in the console', () => {
  const { journey, keyboard } = useConsole()

  keyboard(
    'feedback is given beside a run, seen with what comparisons count, and taken back',
    async (t, { open, system }) => {
      const task = await system.createTask({ name: 'Judged', scores: SCORES })
      const run = await start(system, task)
      const page = await open(t, `/runs/${task}/${run.id}`)
      await page.getByText('Nobody has said anything of this run yet.').waitFor()
      const give = page.getByRole('button', { name: 'Give feedback' })
      assert.equal(await give.getAttribute('aria-disabled'), 'true')
      const helpful = page.getByRole('group', { name: 'helpful' })
      // Of radios, Tab leads to the one that is chosen: `nothing`, the last one.
      await pressAt(page, helpful.getByLabel('nothing'), 'ArrowUp')
      await reach(page, page.getByRole('spinbutton', { name: 'stars' }))
      await page.keyboard.type('4')
      await typeInto(page, page.getByLabel('Comment'), 'Almost <b>good</b>.')
      await checkAccess(page)
      await press(page, 'Give feedback')
      await page.getByRole('row', { name: /^helpful no no, which was said first you/ }).waitFor()
      await page.getByRole('row', { name: /^stars 4 4, which was said first you/ }).waitFor()
      await page.locator('blockquote', { hasText: 'Almost <b>good</b>.' }).waitFor()
      await checkAccess(page)
      await pressAt(page, helpful.getByLabel('no', { exact: true }), 'ArrowUp')
      await press(page, 'Give feedback')
      await page.getByRole('row', { name: /^helpful yes no, which was said first/ }).waitFor()
      await pressAt(page, helpful.getByLabel('yes'), 'ArrowUp')
      await press(page, 'Give feedback')
      await page.getByRole('row', { name: /^helpful taken back no, which was said first/ }).waitFor()
      const { body } = await system.call('GET', `/task/${task}/run/${run.id}/feedback`)
      assert.deepEqual([body.scores.helpful.value, body.scores.stars.value], [null, 4])
    },
  )

  journey('feedback that the task does not take is refused in its place', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Refused', scores: SCORES })
    const page = await open(t, `/runs/${task}/${(await start(system, task)).id}`)
    await page.getByRole('group', { name: 'tone' }).getByLabel('rude').check()
    await system.call('POST', `/task/${task}`, { scores: null })
    await press(page, 'Give feedback')
    await page.getByRole('form', { name: 'Give feedback' }).getByRole('alert').waitFor()
  })

  keyboard(
    'an end user is asked by a link, which shows a browser a page with what was chosen',
    async (t, { open, system, url }) => {
      const task = await system.createTask({ name: 'Linked', scores: SCORES })
      const run = await start(system, task)
      const page = await open(t, `/runs/${task}/${run.id}`)
      await press(page, 'Link for an end user…')
      await pressAt(page, page.getByRole('dialog').getByLabel('helpful'), 'Space')
      await checkAccess(page)
      const link = await makeLink(page)
      await checkAccess(page)
      assert.ok(link.startsWith(`${url}/api/v1/feedback?token=`), link)

      await page.goto(link)
      await page.getByRole('heading', { level: 1, name: 'Your feedback' }).waitFor()
      assert.equal(await page.getByRole('group', { name: 'helpful' }).count(), 0)
      await pressAt(page, page.getByRole('group', { name: 'stars' }).getByLabel('no answer'), 'ArrowUp')
      const tone = page.getByRole('group', { name: 'tone' })
      await pressAt(page, tone.getByLabel('no answer'), 'ArrowUp')
      assert.ok(await tone.getByLabel('<b>"rude"</b>', { exact: true }).isChecked())
      await typeInto(page, page.getByRole('spinbutton', { name: 'minutes saved' }), '7.5')
      await typeInto(page, page.getByLabel('Anything else?'), 'It was <i>long</i>.')
      await checkAccess(page)
      await press(page, 'Send')
      await page.getByRole('status').getByText('it is saved').waitFor()
      await checkAccess(page)
      assert.ok(await page.getByRole('group', { name: 'stars' }).getByLabel('5').isChecked())
      await pressAt(page, page.getByRole('group', { name: 'stars' }).getByLabel('5'), 'ArrowDown')
      // The page of the first one says the same; another address is gone to once it is there no more.
      const [saved] = await Promise.all([
        page.waitForResponse((answer) => answer.request().method() === 'POST'),
        page.waitForEvent('framenavigated'),
        press(page, 'Send'),
      ])
      assert.equal(saved.status(), 200)
      await page.getByRole('status').getByText('it is saved').waitFor()
      const { body } = await system.call('GET', `/task/${task}/run/${run.id}/feedback`)
      const values = Object.entries<{ value: unknown }>(body.scores).map(([name, { value }]) => [name, value])
      assert.deepEqual(Object.fromEntries(values), {
        ...{ stars: null, tone: '<b>"rude"</b>', minutes_saved: 7.5 },
      })
      assert.equal(body.comment, 'It was <i>long</i>.')

      await page.goto(link.slice(0, -4))
      await page.getByRole('heading', { level: 1, name: 'This link does not work' }).waitFor()
      await checkAccess(page)
    },
  )

  journey('what an end user said by a link stands beside the run', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Answered', scores: SCORES })
    const run = await start(system, task)
    const page = await open(t, `/runs/${task}/${run.id}`)
    await press(page, 'Link for an end user…')
    await page.getByRole('dialog').getByLabel('tone').uncheck()
    const link = await makeLink(page)
    const shown = await (await fetch(link)).json()
    const declared = Object.keys((shown as { declared: object }).declared)
    assert.deepEqual(declared, ['helpful', 'stars', 'minutes_saved'])
    const headers = { 'content-type': 'application/json' }
    await fetch(link, { method: 'POST', headers, body: JSON.stringify({ scores: { stars: 2 } }) })
    await page.reload()
    await page.getByRole('row', { name: /^stars 2 .* a link by you/ }).waitFor()
  })

  keyboard('feedback finds runs in the list, by the filter in the address', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Found', scores: SCORES })
    const [run] = [await start(system, task), await start(system, task)]
    await system.call('POST', `/task/${task}/run/${run.id}/feedback`, { scores: { stars: 2 } })
    const page = await open(t, `/runs?task=${task}`)
    await typeInto(page, page.getByLabel('Score'), 'stars:1..3')
    await page.keyboard.press('Enter')
    await page.getByRole('row', { name: /stars: 2$/ }).waitFor()
    await page.locator('[data-row]').nth(1).waitFor({ state: 'detached' })
    assert.equal(await page.locator('[data-row]').count(), 1)
    await page.waitForURL(/score=stars%3A1\.\.3/)
    await checkAccess(page)
  })

  keyboard('a task that declares no scores says where to declare some', async (t, { open, system }) => {
    const task = await system.createTask({ name: 'Silent' })
    const page = await open(t, `/runs/${task}/${(await start(system, task)).id}`)
    await page.getByText('The task declares no scores').waitFor()
    await pressAt(page, page.getByRole('link', { name: 'Declare some' }))
    await press(page, 'Begin with an example')
    await press(page, 'Review and save')
    await page.getByText('No new revision: only the task itself changes.').waitFor()
    await checkAccess(page)
    await pressAt(page, page.getByRole('button', { name: 'Save', exact: true }))
    await page.getByRole('heading', { level: 1, name: 'Silent', exact: true }).waitFor()
    const { scores } = (await system.call('GET', `/task/${task}`)).body
    assert.deepEqual(Object.keys(scores), ['helpful', 'stars'])
  })
})
