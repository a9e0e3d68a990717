import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from '../../../client/src/index.ts'

const README = readFileSync(join(import.meta.dirname, '../../../client/README.md'), 'utf8')

test('its README names every call that it has, in the row of what has it', () => {
  const client = createClient({ baseUrl: 'http://127.0.0.1:9', token: 'x' })
  const rows = README.split('\n').filter((line) => line.startsWith('| `'))
  const rowOf = (name: string) =>
    rows.find((row) => new RegExp(`\`${name}\\b`).test(row)) ?? assert.fail(`no row has ${name}`)
  for (const [name, value] of Object.entries(client)) {
    const row = rowOf(name)
    const calls = name === 'task' ? client.task('x') : typeof value === 'function' ? {} : value
    for (const call of Object.keys(calls)) assert.match(row, new RegExp(`\\b${call}\\b`), `${name}.${call}`)
  }
  const run = client.task('x').attach('y')
  const calls = Object.keys(run).filter((call) => call !== 'id')
  for (const call of calls) assert.match(rowOf('task'), new RegExp(`\\b${call}\\b`), call)
})

test('its README names every option that it has', () => {
  const source = readFileSync(join(import.meta.dirname, '../../../client/src/client-options.ts'), 'utf8')
  const declared = /interface ClientOptions \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? ''
  const names = [...declared.matchAll(/readonly (\w+)\??:/g)].map(([, name = '']) => name)
  assert.ok(names.length > 8, String(names))
  for (const name of names) assert.ok(README.includes(`\`${name}\``), name)
})
