import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { checkAccess, goTo, useConsole } from '../../support/console/use-console.ts'
import { tellOfFailure } from '../../support/tell-of-failure.ts'

/** The paths of all pages, as the registry has them: reading it would load them. */
const REGISTRY = join(import.meta.dirname, '../../../console/src/pages/registry.ts')
const patternsOfPages = () =>
  [...readFileSync(REGISTRY, 'utf8').matchAll(/path: '([^']+)'/g)].map(([, path = '']) => path)

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
    const walked = await addresses()
    for (const pattern of patternsOfPages()) {
      const page = new RegExp(`^${pattern.replaceAll(/\$\w+/g, '[0-9a-f-]{36}')}(\\?|$)`)
      assert.ok(
        walked.some((address) => page.test(address)),
        `no page at ${pattern} is walked`,
      )
    }
    for (const address of walked) {
      await t.test(address.replaceAll(/[0-9a-f-]{36}/g, ':id'), async (t) => {
        tellOfFailure(t, page)
        await goTo(page, address)
        // A page that watches is never idle.
        if (address === '/live') await page.getByText('Nothing has ended yet').waitFor()
        else await page.waitForLoadState('networkidle')
        await checkAccess(page)
      })
    }
  })
})
