import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const TESTS = join(import.meta.dirname, '..')

test('every test file is in a folder that is run, and of folders that processes share no part is left out', () => {
  const groups = globSync('groups/*.ts', { cwd: TESTS }).map((path) =>
    readFileSync(join(TESTS, path), 'utf8'),
  )
  const parts = new Map<string, string[]>()
  for (const text of groups) {
    const [, folders = '', part = '1', of = '1'] =
      /importTests\(\[([^\]]+)\](?:, \{ part: (\d+), of: (\d+) \})?\)/.exec(text) ?? []
    parts.set(folders, [...(parts.get(folders) ?? []), `${part} of ${of}`])
  }
  for (const [folders, found] of parts) {
    const all = found.map((_, at) => `${at + 1} of ${found.length}`)
    assert.deepEqual(found.sort(), all.sort(), `parts of ${folders}`)
  }
  const shared = [...parts.keys()].flatMap((folders) => folders.match(/\w+/g) ?? [])
  assert.deepEqual(shared, [...new Set(shared)], 'no folder is run twice')
  const { scripts } = JSON.parse(readFileSync(join(TESTS, '../package.json'), 'utf8'))
  for (const path of globSync('**/*.test.ts', { cwd: TESTS })) {
    const [folder = ''] = path.split('/')
    const glob = `test/${folder}/**/*.test.ts`
    assert.ok(
      shared.includes(folder) || `${scripts.test} ${scripts['test:slow']}`.includes(glob),
      `nobody runs ${path}`,
    )
  }
})
