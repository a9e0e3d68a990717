import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../../src/config.ts'

const headers = (OTEL_EXPORTER_OTLP_HEADERS: string) => readConfig({ OTEL_EXPORTER_OTLP_HEADERS }).otlpHeaders

test('headers for the collector are pairs, percent-encoded', () => {
  assert.deepEqual(headers(''), {})
  assert.deepEqual(headers('authorization=Basic%20YTpi, x-team = prompts,'), {
    authorization: 'Basic YTpi',
    'x-team': 'prompts',
  })
})

test('headers that cannot be read are refused, without repeating what may be a secret', () => {
  for (const bad of ['s3cret', '=s3cret', 'a=s3cret,b', 'a=%zzs3cret', 'a b=s3cret']) {
    assert.throws(
      () => headers(bad),
      ({ message }: Error) =>
        message.startsWith('OTEL_EXPORTER_OTLP_HEADERS: ') && !message.includes('s3cret'),
      bad,
    )
  }
})
