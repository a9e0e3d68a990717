import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { LiveOutput, PIECE_MS } from '../../../../src/runs/live/live-output.ts'
import type { Claim } from '../../../../src/runs/store/claim.ts'
import { aRequest } from '../../../support/runs.ts'

const claim = { request: aRequest(), fence: 1, shown: null } as Claim

test('what a quick model says is told of behind a moment at which its answers are read, never at it', async () => {
  const output = new LiveOutput(claim, 1_000_000, () => {})
  const say = output.begin([], { name: 'm' })
  for (let piece = 0; piece < 20; piece += 1) {
    say(`piece ${piece} `)
    const before = performance.now()
    assert.equal(output.take()?.text, `piece ${piece} `)
    output.sent(1)
    const behind = output.due % PIECE_MS
    assert.ok(behind > 1 && behind < PIECE_MS / 4, `${behind} ms behind a moment`)
    assert.ok(
      output.due > before && output.due <= performance.now() + PIECE_MS,
      'and behind the next one of them',
    )
    await pause(7)
  }
})

test('no more is told than a response may be long', () => {
  const output = new LiveOutput(claim, 8, () => {})
  const say = output.begin([], { name: 'm' })
  const told = () => {
    const text = output.take()?.text ?? ''
    output.sent(1)
    return text
  }
  say('Grüße')
  assert.equal(told(), 'Grüße')
  say('!')
  assert.equal(told(), '!')
  say('more')
  say('.')
  output.complete('Grüße!more.')
  assert.equal(told(), '')
  const again = output.begin([], { name: 'm' })
  again('anew')
  assert.equal(told(), 'anew')
})
