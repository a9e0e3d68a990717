import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../../../src/config.ts'
import { loadModels } from '../../../src/models/servers/load-models.ts'
import { commandLineReference } from '../../support/command-line-reference.ts'

test('the settings in examples are such that the command starts with them', async () => {
  const { wanted } = await commandLineReference()
  const lines = [...wanted.matchAll(/^ {2}((?:[A-Z_]+=\S+ )+)splitrun (\w[\w-]*)/gm)]
  assert.ok(lines.length >= 5)
  for (const [line, given = '', command] of lines) {
    const env = Object.fromEntries(
      given
        .trim()
        .split(' ')
        .map((each) => each.split(/=(.*)/s)),
    )
    const config = readConfig(env)
    // `npm start` takes the models that a server lists.
    if (command !== 'dev') assert.ok(loadModels(config, null, () => 'secret').length > 0, line)
  }
})

test('the reference of the command line shows every command as it is', async () => {
  const { current, wanted } = await commandLineReference()
  assert.equal(current, wanted, 'run `npm run docs`')
})
