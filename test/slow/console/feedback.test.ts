import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'

const SCORES = {
  helpful: { type: 'boolean', good: true },
  stars: { type: 'number', min: 1, max: 5, good: 'high' },
  tone: { type: 'category', options: ['ok', 'rude'], good: ['ok'] },
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).focus()
  await page.keyboard.press('Enter')
}

describe('feedback in the console', () => {
  const running = useConsole()
  const start = async (task: string, query = '') =>
    (await running().system.call('POST', `/task/${task}/run${query}`, { task_input: { text: 'tea' } })).body

  test('is given beside a run by keyboard alone, seen with what comparisons count, and taken back', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Judged', scores: SCORES })
    const run = await start(task)
    const page = await open(t, `/runs/${task}/${run.id}`)
    await page.getByText('Nobody has said anything of this run yet.').waitFor()
    const give = page.getByRole('button', { name: 'Give feedback' })
    assert.equal(await give.getAttribute('aria-disabled'), 'true')
    // The radio that is chosen is `nothing`, the last one.
    await page.getByRole('group', { name: 'helpful' }).getByLabel('nothing').focus()
    await page.keyboard.press('ArrowUp')
    await page.getByRole('spinbutton', { name: 'stars' }).focus()
    await page.keyboard.type('4')
    await page.getByLabel('Comment').focus()
    await page.keyboard.type('Almost <b>good</b>.')
    await checkAccess(page)
    await press(page, 'Give feedback')
    await page.getByRole('row', { name: /^helpful no no, which was said first you/ }).waitFor()
    await page.getByRole('row', { name: /^stars 4 4, which was said first you/ }).waitFor()
    await page.locator('blockquote', { hasText: 'Almost <b>good</b>.' }).waitFor()
    await checkAccess(page)
    await page.getByRole('group', { name: 'helpful' }).getByLabel('no', { exact: true }).focus()
    await page.keyboard.press('ArrowUp')
    await press(page, 'Give feedback')
    await page.getByRole('row', { name: /^helpful yes no, which was said first/ }).waitFor()
    await page.getByRole('group', { name: 'helpful' }).getByLabel('yes').focus()
    await page.keyboard.press('ArrowUp')
    await press(page, 'Give feedback')
    await page.getByRole('row', { name: /^helpful taken back no, which was said first/ }).waitFor()
    const { body } = await system.call('GET', `/task/${task}/run/${run.id}/feedback`)
    assert.deepEqual([body.scores.helpful.value, body.scores.stars.value], [null, 4])
  })

  test('that the task does not take is refused in its place', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Refused', scores: SCORES })
    const page = await open(t, `/runs/${task}/${(await start(task)).id}`)
    await page.getByRole('group', { name: 'tone' }).getByLabel('rude').check()
    await system.call('POST', `/task/${task}`, { scores: null })
    await press(page, 'Give feedback')
    await page.getByRole('form', { name: 'Give feedback' }).getByRole('alert').waitFor()
  })

  test('is asked of an end user by a link, which says what was chosen', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Linked', scores: SCORES })
    const run = await start(task)
    const page = await open(t, `/runs/${task}/${run.id}`)
    await press(page, 'Link for an end user…')
    await page.getByRole('dialog').getByLabel('tone').uncheck()
    await checkAccess(page)
    await press(page, 'Make the link')
    const url = (await page.getByRole('region', { name: 'Link' }).locator('pre').textContent()) ?? ''
    await checkAccess(page)
    const shown = await (await fetch(url)).json()
    assert.deepEqual(Object.keys((shown as { declared: object }).declared), ['helpful', 'stars'])
    const headers = { 'content-type': 'application/json' }
    await fetch(url, { method: 'POST', headers, body: JSON.stringify({ scores: { stars: 2 } }) })
    await page.reload()
    await page.getByRole('row', { name: /^stars 2 .* a link by you/ }).waitFor()
  })

  test('finds runs in the list, by the filter in the address', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Found', scores: SCORES })
    const [run] = [await start(task), await start(task)]
    await system.call('POST', `/task/${task}/run/${run.id}/feedback`, { scores: { stars: 2 } })
    const page = await open(t, `/runs?task=${task}`)
    await page.getByLabel('Score').focus()
    await page.keyboard.type('stars:1..3')
    await page.keyboard.press('Enter')
    await page.getByRole('row', { name: /stars: 2$/ }).waitFor()
    assert.equal(await page.locator('[data-row]').count(), 1)
    assert.match(page.url(), /score=stars%3A1\.\.3/)
    await checkAccess(page)
  })

  test('of a task that declares no scores says where to declare some', async (t) => {
    const { open, system } = running()
    const task = await system.createTask({ name: 'Silent' })
    const page = await open(t, `/runs/${task}/${(await start(task)).id}`)
    await page.getByText('The task declares no scores').waitFor()
    await page.getByRole('link', { name: 'Declare some' }).click()
    await page.getByRole('button', { name: 'Begin with an example' }).click()
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByText('No new revision: only the task itself changes.').waitFor()
    await checkAccess(page)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Silent', exact: true }).waitFor()
    const { scores } = (await system.call('GET', `/task/${task}`)).body
    assert.deepEqual(Object.keys(scores), ['helpful', 'stars'])
  })
})
