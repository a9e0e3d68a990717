import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { changeAPrompt } from '../../support/console/change-a-prompt.ts'
import { checkAccess, useConsole } from '../../support/console/use-console.ts'

describe('who has never seen the console', () => {
  const { journey } = useConsole()

  journey(
    'a prompt is changed, tried on two inputs, given a tenth, watched, and taken back',
    async (t, driver) => {
      const { open, system } = driver
      const task = await system.createTask({ name: 'Sentiment' })
      const page = await open(t)
      const steps: string[] = []
      await changeAPrompt(page, {
        ...{
          task: 'Sentiment',
          parameter: 'text',
          prompt: 'Say in one word how somebody feels about {text}.',
        },
        inputs: ['I love tea', 'I am tired of waiting'],
        async callers() {
          const one = () => system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
          await Promise.all(Array.from({ length: 10 }, one))
        },
        async step(name) {
          steps.push(name)
          await checkAccess(page)
        },
      })
      assert.equal(steps.length, 12)
      const { body } = await system.call('GET', `/task/${task}`)
      const [fresh, old] = body.revisions
      assert.deepEqual(
        body.active_revisions.map((each: { task_revision_id: string }) => each.task_revision_id),
        [old.id],
      )
      const { results } = (await system.call('GET', `/task/${task}/run?task_revision_id=${fresh.id}`)).body
      const groups = results.map((run: { reporting_group: string | null }) => run.reporting_group)
      assert.equal(groups.filter((group: string | null) => group === 'playground').length, 2)
      assert.ok(groups.includes(null), 'callers were served by it, too')
    },
  )
})
