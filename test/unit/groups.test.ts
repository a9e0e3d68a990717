import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const TESTS = join(import.meta.dirname, '..')

test('every test file is in a folder that is run, and of folders that processes share no part is left out', () => {
  const groups = globSync('groups/*.ts', { cwd: TESTS }).map((path) =>
    readFileSync(join(TESTS, path), 'utf8'),
  )
  const parts = new Map<string, number>()
  for (const text of groups) {
    const [, folder = '', part, of] =
      /importTests\('(\w+)'(?:, \{ part: (\d+), of: (\d+) \})?\)/.exec(text) ?? []
    if (part) assert.ok(Number(part) <= Number(of))
    parts.set(folder, (parts.get(folder) ?? 0) + 1 / Number(of ?? 1))
  }
  for (const [folder, share] of parts) assert.ok(Math.abs(share - 1) < 1e-9, `${share} of ${folder} is run`)
  const { scripts } = JSON.parse(readFileSync(join(TESTS, '../package.json'), 'utf8'))
  for (const path of globSync('**/*.test.ts', { cwd: TESTS })) {
    const [folder = ''] = path.split('/')
    const glob = `test/${folder}/**/*.test.ts`
    assert.ok(
      parts.has(folder) || `${scripts.test} ${scripts['test:slow']}`.includes(glob),
      `nobody runs ${path}`,
    )
  }
})
