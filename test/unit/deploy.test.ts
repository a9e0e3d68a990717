import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { describeSettings } from '../../src/config.ts'

const ROOT = join(import.meta.dirname, '../..')
const COMPOSE = join(ROOT, 'docker-compose.yml')

test('the compose file passes a linter that knows its format', async () => {
  const dclint = join(ROOT, 'node_modules/dclint/bin/dclint.cjs')
  // Order of keys and quotes are left to taste; structure, images, ports and names are not. The file is named, since
  // a folder without one passes too.
  const { stdout } = await promisify(execFile)(process.execPath, [dclint, '--quiet', COMPOSE])
  assert.doesNotMatch(stdout, /error/)
})

test('the compose file and the image name only settings that exist', () => {
  const known = new Set(describeSettings().map(({ name }) => name))
  // Keys in capitals and ${SUBSTITUTED} names; what ENV sets, but for what Node itself reads.
  const names = (file: string, pattern: RegExp) =>
    [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name = '']) => name)
  const used = {
    compose: names(COMPOSE, /(?:^\s+|\$\{)([A-Z][A-Z0-9_]*)(?=[:}])/gm),
    image: names(join(ROOT, 'deploy/Dockerfile'), /(?<=\s)((?!NODE_ENV\b)[A-Z][A-Z0-9_]*)=/g),
  }
  assert.ok(used.compose.includes('SPLITRUN_ADMIN_TOKEN') && used.image.includes('HOST'), 'names are found')
  for (const [where, found] of Object.entries(used)) {
    for (const name of found) assert.ok(known.has(name), `${name} in the ${where} file is no setting`)
  }
})
