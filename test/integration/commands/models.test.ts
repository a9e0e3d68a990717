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
  for (const name of ['large', 'small', 'basic', 'image', 'speech'].map((kind) => `simulated-${kind}`)) {
    assert.match(failed.stdout, new RegExp(`^${name}$`, 'm'))
  }
  assert.match(failed.stdout, /schema +FAILED +400: .*json_schema.*\n +-> .*"output": "json_object"/)
  assert.match(failed.stderr, /1 of 5 models/)
  const unknown = await runHere(['models', 'check', '--only', 'nobody'], { env })
  assert.match(unknown.stderr, /there is no model nobody/)
})

test('what makes only files is tried by making one', async () => {
  for (const [name, check] of [
    ['simulated-image', 'image_output'],
    ['simulated-speech', 'audio_output'],
  ] as const) {
    const { code, stdout } = await runHere(['models', 'check', '--only', name, '--json'], { env })
    const found = JSON.parse(stdout)[name] as { check: string; result: string }[]
    const tried = found.filter(({ result }) => result === 'ok').map((each) => each.check)
    assert.deepEqual(tried, ['reachable', 'key', 'listed', check])
    assert.deepEqual(
      found.map((each) => each.check),
      [...CHECKS],
    )
    assert.equal(code, 0)
  }
})
