import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeCore, transferDeps } from '../../../src/compose/compose-core.ts'
import { readConfig } from '../../../src/config.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { importPrompts } from '../../../src/transfer/openai/import-prompts.ts'
import { testRedisUrl } from '../../support/redis.ts'

test('a prompt’s version is a tag also where others make or delete one of that name meanwhile', async (t) => {
  // The simulated model is never called here; its names are enough.
  const env = { REDIS_URL: testRedisUrl(), SPLITRUN_SIMULATED_URL: 'http://127.0.0.1:9' }
  const core = await composeCore(readConfig(env), silentLogger())
  t.after(() => core.lifecycle.close())
  const org = await core.tenants.createOrganisation('Acme')
  const project = org && (await core.tenants.createProject(org.id, 'Web'))
  assert.ok(project)
  const { tags } = core
  const events = [
    () => tags.create(project.id, 'task_revision', '7', null),
    async () => {
      const [tag] = await tags.list(project.id, 'task_revision')
      await tags.remove(project.id, 'task_revision', tag?.id ?? '')
    },
  ]
  const list: typeof tags.list = async (...asked) => {
    const found = await tags.list(...asked)
    if (asked[1] === 'task_revision') await events.shift()?.()
    return found
  }
  const deps = { ...transferDeps(core), taskNames: core.taskNames, tags: { ...tags, list } }
  const file = {
    id: `pmpt_${'68a1'.repeat(12)}`,
    version: '7',
    name: 'x',
    instructions: 'Say {word}.',
  }
  const [made] = await importPrompts(deps, project, file, { model: 'simulated-large', replace: false })
  const [tag] = await tags.list(project.id, 'task_revision')
  assert.equal(tag?.name, '7')
  assert.deepEqual(await tags.taggedEntities(project.id, tag?.id ?? ''), [made?.versions[0]?.revision])
  assert.deepEqual(events, [])
})
