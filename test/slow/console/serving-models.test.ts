import { describe, test } from 'node:test'
import { goTo, useConsole } from '../../support/console/use-console.ts'

describe('the models in the list of tasks', () => {
  const console = useConsole()

  test('are those that have the traffic, whatever the newest revision has', async (t) => {
    const { open, system } = console()
    const change = (body: object) => system.call('POST', `/task/${task}`, body)
    const task = await system.createTask({ name: 'Served', llm_model_id: 'simulated-large' })
    const { body } = await change({ llm_model_id: 'simulated-small' })
    const [small, large] = body.revisions.map(({ id }: { id: string }) => id)
    await change({ llm_model_id: 'simulated-basic' })
    const page = await open(t)
    const shows = async (models: RegExp) => {
      await goTo(page, '/tasks')
      const row = page.getByRole('row', { name: /^Served/ })
      await row.locator('td').nth(1).filter({ hasText: models }).waitFor()
    }
    await shows(/^simulated-large\s+simulated$/)
    const split = [large, small].map((id, at) => ({ task_revision_id: id, weight: 1 + at }))
    await change({ active_revisions: split })
    await shows(/^2 models: simulated-small\s+simulated, simulated-large\s+simulated$/)
  })
})
