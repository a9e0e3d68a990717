import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DASHBOARDS_DIR, dashboardFiles } from '../../deploy/grafana/write-dashboards.ts'

test('the stored dashboards are what the code builds', () => {
  const files = dashboardFiles()
  assert.deepEqual(readdirSync(DASHBOARDS_DIR).sort(), [...files.keys()].sort())
  for (const [name, text] of files) {
    const stored = readFileSync(join(DASHBOARDS_DIR, name), 'utf8')
    assert.ok(stored === text, `${name} is not up to date: run \`npm run dashboards\``)
  }
})
