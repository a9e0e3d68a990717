import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkAccess, goTo, useConsole } from '../../support/console/use-console.ts'

/** Bytes that the first page may bring, as they are sent. */
const FIRST_LOAD = 230_000

const OVERVIEWS = ['/live', '/reports', '/limits', '/keys', '/models']

describe('every page of the console', () => {
  const running = useConsole()

  /** Where every page stands, with something on it. */
  async function addresses(): Promise<string[]> {
    const { system } = running()
    const task = await system.createTask({ name: 'Walked' })
    const { body } = await system.call('POST', `/task/${task}`, {
      user_prompt: 'Otherwise: {text}',
      weight: 10,
    })
    const [right, left] = body.revisions.map(({ id }: { id: string }) => id)
    const run = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    return [
      ...['/tasks', '/tasks/new', `/tasks/${task}`, `/tasks/${task}/edit`],
      `/tasks/${task}/compare?left=${left}&right=${right}`,
      ...['verdict', 'rollout', 'history'].map((view) => `/tasks/${task}/${view}`),
      ...['/runs', '/runs?status=expired', `/runs/${task}/${run.body.id}`, '/nowhere', ...OVERVIEWS],
      `/playground?task=${task}&run=${run.body.id}`,
    ]
  }

  test('holds to the rules of accessibility and to its policy, light and dark', async (t) => {
    const page = await running().open(t)
    for (const address of await addresses()) {
      await t.test(address.replaceAll(/[0-9a-f-]{36}/g, ':id'), async () => {
        await goTo(page, address)
        // A page that watches is never idle.
        if (address === '/live') await page.getByText('Nothing has ended yet').waitFor()
        else await page.waitForLoadState('networkidle')
        await checkAccess(page)
      })
    }
  })

  test('is loaded with no more than a phone has time for', async (t) => {
    const page = await running().open(t)
    await page.waitForLoadState('networkidle')
    const sizes: { name: string; bytes: number }[] = await page.evaluate(
      'performance.getEntries().filter((each) => each.name.includes("/console/") && each.encodedBodySize).map((each) => ({ name: each.name, bytes: each.encodedBodySize }))',
    )
    const sum = sizes.reduce((all, { bytes }) => all + bytes, 0)
    t.diagnostic(`${sum} bytes`)
    assert.ok(sum > 50_000 && sum <= FIRST_LOAD, JSON.stringify(sizes))
  })
})
