import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitOf } from '../../../src/http/openai-door/caller-patience.ts'

const wait = (headers: Record<string, string>, most = 900_000) =>
  waitOf({ get: (name: string) => headers[name] } as Parameters<typeof waitOf>[0], most)

test('a caller waits no longer than its client does, with some time left for the answer', () => {
  assert.equal(wait({}), 900_000)
  assert.equal(wait({ 'x-stainless-timeout': '600' }), 595_000)
  assert.equal(wait({ 'x-stainless-read-timeout': '600.0' }), 595_000)
  assert.equal(wait({ 'x-stainless-timeout': '8', 'x-stainless-read-timeout': '4' }), 2000)
  assert.equal(wait({ 'x-stainless-timeout': '2000' }), 900_000)
  assert.equal(wait({ 'x-stainless-timeout': '600' }, 15_000), 15_000)
})

test('what says nothing of its time waits as long as any, as does whose repetition is the same run', () => {
  for (const text of ['', '0', '-1', 'None', 'Infinity', 'x']) {
    assert.equal(wait({ 'x-stainless-timeout': text }), 900_000, text)
  }
  assert.equal(wait({ 'x-stainless-timeout': '600', 'idempotency-key': 'k' }), 900_000)
})
