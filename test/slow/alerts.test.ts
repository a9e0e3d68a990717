import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { findProgram } from '../support/programs/prometheus.ts'
import { RULES_DIR } from '../support/prometheus.ts'

async function promtool(...args: string[]): Promise<string> {
  const { promtool, env } = await findProgram()
  try {
    return (await promisify(execFile)(promtool, args, { env })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return assert.fail(`${stdout}\n${stderr}`)
  }
}

test('the configuration of Prometheus is valid, with the rules that it names', async () => {
  assert.match(await promtool('check', 'config', join(RULES_DIR, 'prometheus.yml')), /2 rule files found/)
})

test('alerts are raised when they should be, and only then', async () => {
  const file = join(import.meta.dirname, '../fixtures/prometheus/alerts.test.yml')
  assert.match(await promtool('test', 'rules', file), /SUCCESS/)
})
