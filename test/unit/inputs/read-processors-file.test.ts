import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readProcessorsFile } from '../../../src/inputs/read-processors-file.ts'

function readerOf(t: TestContext, secret = 'a-secret') {
  const folder = mkdtempSync(join(tmpdir(), 'splitrun-processors-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'processors.json')
  return (...entries: object[]) => {
    const processors = entries.map((entry) => ({ name: 'search', url: 'http://search:8080/run', ...entry }))
    writeFileSync(file, JSON.stringify({ processors }))
    return readProcessorsFile(file, (name) => (name === 'KEY' ? secret : undefined))
  }
}

test('a processor is read with its headers and their secrets', (t) => {
  const [found] = readerOf(t)({
    headers: { authorization: { env: 'KEY' }, 'X-Team': 'a' },
    timeout_seconds: 5,
  })
  assert.deepEqual(found, {
    ...{
      name: 'search',
      url: 'http://search:8080/run',
      description: '',
      timeoutMs: 5000,
      configSchema: null,
    },
    headers: { authorization: 'a-secret', 'X-Team': 'a' },
  })
})

test('what no request could be made with, or would not be sent, is refused when the file is read', (t) => {
  const read = readerOf(t)
  const refused: readonly (readonly [RegExp, ...object[]])[] = [
    [/OTHER, which is not set/, { headers: { x: { env: 'OTHER' } } }],
    [/name or a password/, { url: 'http://me:hidden@search/' }],
    [/the name of one that is part of the server/, { name: 'url_fetcher' }],
    [/same name/, {}, {}],
    [/url/, { url: 'ftp://search/' }],
  ]
  for (const [said, ...entries] of refused) assert.throws(() => read(...entries), said)
  assert.throws(
    () => readerOf(t, 'a\nsecret')({ headers: { x: { env: 'KEY' } } }),
    (error: Error) => /KEY/.test(error.message) && !error.message.includes('secret'),
  )
})
