import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SHARED_FOLDERS } from '../support/import-tests.ts'
import { takeFile } from '../support/taken-files.ts'

const TESTS = join(import.meta.dirname, '..')

test('every test file is in a folder that is run, and no folder is run twice', () => {
  const { scripts } = JSON.parse(readFileSync(join(TESTS, '../package.json'), 'utf8'))
  assert.ok(scripts.test.includes('test/groups/*.ts'))
  const commands = `${scripts.test} ${scripts['test:slow']}`
  for (const path of globSync('**/*.test.ts', { cwd: TESTS })) {
    const [folder = ''] = path.split('/')
    const ways = [SHARED_FOLDERS.includes(folder), commands.includes(`test/${folder}/**/*.test.ts`)]
    assert.equal(ways.filter(Boolean).length, 1, `${path} is run so often`)
  }
})

test('a file is taken once by all that share files, and none for another one', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'splitrun-test-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const files = ['api/run.test.ts', 'api+run.test.ts', 'api%2Frun.test.ts']
  assert.deepEqual(
    files.map((file) => takeFile(file, dir)),
    [true, true, true],
  )
  assert.deepEqual(
    files.map((file) => takeFile(file, dir)),
    [false, false, false],
  )
  assert.throws(() => takeFile('api/run.test.ts', join(dir, 'gone')), { code: 'ENOENT' })
})
