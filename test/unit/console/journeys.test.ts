import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const FOLDER = join(import.meta.dirname, '../../slow/console')

/** Journeys in Chromium, each at the root of the server and under a prefix, that are promised; and those by keyboard alone. */
const PROMISED = { journey: 25, keyboard: 10 }

test('there are as many journeys through the console as were promised, each with a name of its own', (t) => {
  const calls = globSync('*.test.ts', { cwd: FOLDER }).flatMap((file) => [
    ...readFileSync(join(FOLDER, file), 'utf8').matchAll(/^ {2}(journey|keyboard)\(\s*'([^']+)'/gm),
  ])
  const names = calls.map(([, , name = '']) => name)
  assert.equal(new Set(names).size, names.length, 'names are told apart')
  const keyboard = calls.filter(([, kind]) => kind === 'keyboard')
  t.diagnostic(`${calls.length} journeys, ${keyboard.length} of them by keyboard alone`)
  assert.ok(calls.length >= PROMISED.journey, String(calls.length))
  assert.ok(keyboard.length >= PROMISED.keyboard, String(keyboard.length))
})
