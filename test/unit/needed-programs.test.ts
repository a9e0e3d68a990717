import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { neededPrograms } from '../support/needed-programs.ts'

const ROOT = join(import.meta.dirname, '../..')
const scripts = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts
const needed = (...patterns: string[]) =>
  neededPrograms(patterns, ROOT)
    .map((path) => basename(path, '.ts'))
    .sort()
const filesOf = (command: string): string => /"(test\/[^"]+)"/.exec(command)?.[1] ?? ''

test('npm test fetches none of the programs of slow tests, which are fetched before their time limits run', () => {
  assert.deepEqual(needed(filesOf(scripts.test)), [])
  const all = globSync('test/support/programs/*.ts', { cwd: ROOT }).map((path) => basename(path, '.ts'))
  assert.deepEqual(needed(filesOf(scripts['test:slow'])), all.sort())
})

test('a test file needs the programs that it imports, however many files lie between', () => {
  assert.deepEqual(needed('test/slow/console/overview.test.ts'), ['chromium'])
  assert.deepEqual(needed('test/slow/real-engine.test.ts', 'test/slow/openai-python.test.ts'), [
    'httpx',
    'llama',
  ])
  assert.deepEqual(needed('test/unit/needed-programs.test.ts', 'test/none/*.test.ts'), [])
})

test('no test fetches a program but by a module that is known before', () => {
  const fetching = /\b(fetchDebianProgram|debianProgram|unpackedProgram)\(/
  const fetchers = globSync('test/**/*.ts', { cwd: ROOT }).filter((path) =>
    fetching.test(readFileSync(join(ROOT, path), 'utf8')),
  )
  const others = fetchers.filter((path) => !path.startsWith('test/support/programs/'))
  assert.deepEqual(others, ['test/support/debian-program.ts'])
})
