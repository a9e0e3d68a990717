import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { describeSettings } from '../../src/config.ts'

const ROOT = join(import.meta.dirname, '../..')

test('the compose file passes a linter that knows its format', async () => {
  const dclint = join(ROOT, 'node_modules/dclint/bin/dclint.cjs')
  // Order of keys and quotes are left to taste; structure, images, ports and names are not.
  const { stdout } = await promisify(execFile)(process.execPath, [dclint, '--quiet', ROOT])
  assert.doesNotMatch(stdout, /error/)
})

test('the compose file and the image name only settings that exist', () => {
  const known = new Set(describeSettings().map(({ name }) => name))
  for (const file of ['docker-compose.yml', 'deploy/Dockerfile']) {
    const used =
      readFileSync(join(ROOT, file), 'utf8').match(/\b(SPLITRUN_[A-Z_]+|OPENAI_[A-Z_]+|REDIS_URL)\b/g) ?? []
    for (const name of used) assert.ok(known.has(name), `${name} in ${file}`)
  }
})
