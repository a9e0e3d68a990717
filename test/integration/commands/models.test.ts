import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHECKS } from '../../../src/models/check/model-check.ts'
import { runHere } from '../../support/command-line.ts'

const env = { SPLITRUN_SIMULATED_LATENCY: '0s' }

test('models check tries every model, and says how to mend what fails', async () => {
  const whole = await runHere(['models', 'check', '--only', 'simulated-large', '--json'], { env })
  const found = JSON.parse(whole.stdout)['simulated-large'] as { check: string; result: string }[]
  assert.deepEqual(
    found.map(({ check, result }) => [check, result]),
    CHECKS.map((check) => [check, 'ok']),
  )
  assert.equal(whole.code, 0)
  const refuses = { ...env, SPLITRUN_SIMULATED_REFUSES: 'json_schema' }
  const failed = await runHere(['models', 'check'], { env: refuses })
  assert.equal(failed.code, 1)
  for (const name of ['simulated-large', 'simulated-small', 'simulated-basic']) {
    assert.match(failed.stdout, new RegExp(`^${name}$`, 'm'))
  }
  assert.match(failed.stdout, /schema +FAILED +400: .*json_schema.*\n +-> .*"output": "json_object"/)
  assert.match(failed.stderr, /1 of 3 models/)
  const unknown = await runHere(['models', 'check', '--only', 'nobody'], { env })
  assert.match(unknown.stderr, /there is no model nobody/)
})
