import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import { readConfig } from '../../src/config.ts'
import { describeApi } from '../../src/http/openapi/openapi.ts'

const ROOT = join(import.meta.dirname, '../..')
const LINTER = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js')

/** Lints the OpenAPI document by the rules of redocly.yaml; the process ends as the linter does. */
const folder = mkdtempSync(join(tmpdir(), 'splitrun-openapi-'))
const file = join(folder, 'openapi.json')
writeFileSync(file, JSON.stringify(describeApi(declareEndpoints(readConfig({}))), null, 2))
const { status } = spawnSync(
  process.execPath,
  [LINTER, 'lint', file, '--config', join(ROOT, 'redocly.yaml'), '--format', 'stylish'],
  // It must ask nobody for anything.
  { stdio: 'inherit', env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } },
)
rmSync(folder, { recursive: true })
process.exitCode = status ?? 1
