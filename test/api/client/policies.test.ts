import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SplitrunError } from '../../../client/src/index.ts'
import { connectClient, rejection } from '../../support/client.ts'
import { ADMIN_TOKEN, useSystem } from '../../support/system.ts'

describe('the client of a project that is bounded', () => {
  const running = useSystem()
  function asAdmin() {
    const [, , org, , project] = running().project.split('/')
    return connectClient(running(), { token: ADMIN_TOKEN, org, project })
  }

  test('sets limits and budgets, and reads how far they are used', async () => {
    const [admin, client] = [asAdmin(), connectClient(running())]
    await admin.limits.set([{ name: 'fair', requests_per_minute: 100 }])
    await admin.budgets.set([{ name: 'daily', credits: 5, per: 'day', mode: 'soft' }])
    const task = await running().createTask()
    await client.task(task).run({ text: 'tea' })
    const { policies, usage } = await client.limits.get()
    assert.deepEqual(policies, [
      { name: 'fair', applies_to: 'project', target_id: null, requests_per_minute: 100 },
    ])
    assert.deepEqual(
      usage.map(({ policy, unit, most }) => [policy, unit, most]),
      [['fair', 'requests_per_minute', 100]],
    )
    const budgets = await client.budgets.get()
    assert.deepEqual(
      budgets.usage.map(({ budget, held, reached }) => [budget, held, reached]),
      [['daily', '0.000000', []]],
    )
    const refused = (await rejection(client.limits.set([]))) as SplitrunError
    assert.equal(refused.status, 403)
    assert.deepEqual((await admin.limits.set([])).policies, [])
    assert.deepEqual((await admin.budgets.set([])).budgets, [])
  })

  test('changes limits and budgets that others change at the same time, and loses none', async () => {
    const admin = asAdmin()
    const names = ['a', 'b', 'c', 'd']
    await Promise.all([
      ...names.map((name) => admin.limits.change((all) => [...all, { name, concurrent_runs: 9 }])),
      ...names.map((name) =>
        admin.budgets.change((all) => [
          ...all,
          { name, credits: 5, per: 'day' as const, mode: 'soft' as const },
        ]),
      ),
    ])
    const namesOf = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name).sort()
    assert.deepEqual(namesOf((await admin.limits.get()).policies), names)
    assert.deepEqual(namesOf((await admin.budgets.get()).budgets), names)
    await Promise.all([admin.limits.set([]), admin.budgets.set([])])
  })

  test('knows the input processors, and sends each its document by its name', async () => {
    const client = connectClient(running())
    const names = (await client.inputProcessors()).map(({ name }) => name)
    assert.ok(names.includes('document_content_extractor') && names.includes('url_fetcher'))
    const processor = (param: string) => ({
      param_name: param,
      input_processor: 'document_content_extractor',
      config: { filename: `${param}.txt` },
    })
    const task = await running().createTask({
      user_prompt: 'Compare {old} with {new}.',
      input_processors: [processor('old'), processor('new')],
    })
    const files = [new File(['It is new.'], 'new.txt'), new File(['It is old.'], 'old.txt')]
    const { run } = await client.task(task).run({}, { files })
    assert.deepEqual(run.run_data.submitted, {
      ...{ old: 'It is old.', new: 'It is new.' },
      ...{ old_preprocessed: 'old.txt', new_preprocessed: 'new.txt' },
    })
    assert.deepEqual(run.file_names, ['new.txt', 'old.txt'])
  })
})
