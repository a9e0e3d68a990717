import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findModelNames } from '../../../../src/commands/dev/find-model-names.ts'
import { readConfig } from '../../../../src/config.ts'
import { startRecordedServer } from '../../../support/recorded-server.ts'

test('what a server of your own lists is enough; a long list and none say how to choose', async (t) => {
  let count = 2
  const server = await startRecordedServer(t, () => ({
    body: { data: Array.from({ length: count }, (_, at) => ({ id: `m${at}` })) },
  }))
  const find = (more: Record<string, string> = {}) =>
    findModelNames(readConfig({ OPENAI_BASE_URL: server.url, ...more }))
  assert.deepEqual(await find(), ['m0', 'm1'])
  assert.deepEqual(await find({ SPLITRUN_MODELS: 'mine' }), ['mine'])
  count = 51
  await assert.rejects(find(), {
    name: 'ConfigError',
    message: /set SPLITRUN_MODELS .*it lists m0, .* and 31 more/,
  })
  count = 0
  await assert.rejects(find(), { name: 'ConfigError', message: /set SPLITRUN_MODELS/ })
  assert.deepEqual(await findModelNames(readConfig({})), [])
})
