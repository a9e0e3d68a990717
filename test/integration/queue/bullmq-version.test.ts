import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkBullmq, installedBullmq, TESTED_BULLMQ } from '../../../src/queue/check-bullmq.ts'

describe('the version of BullMQ', () => {
  test('that is installed is one that these tests have seen', () => {
    assert.ok(TESTED_BULLMQ.includes(installedBullmq()))
  })
  test('is refused where it was not tested, unless that is wanted', () => {
    assert.doesNotThrow(() => checkBullmq(false))
    assert.throws(() => checkBullmq(false, '6.8.0'), /6\.8\.0.*SPLITRUN_UNTESTED_BULLMQ/s)
    assert.doesNotThrow(() => checkBullmq(true, '6.8.0'))
  })
})
