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

test('an empty REDIS_URL is a secret that is missing, and is refused; of others it means unset', () => {
  for (const REDIS_URL of ['', ' ']) assert.throws(() => readConfig({ REDIS_URL }), /REDIS_URL is empty/)
  assert.equal(readConfig({}).redisUrl, null)
  assert.equal(readConfig({ SPLITRUN_TOKEN_SECRET: '', HOST: '' }).host, '127.0.0.1')
})

test('a # in the password of REDIS_URL is explained, without repeating it', () => {
  for (const REDIS_URL of [
    'redis://:s3#cret@h',
    'redis+sentinel://:s3#cret@h/main',
    'redis+cluster://:s3#cret@h',
  ]) {
    assert.throws(
      () => readConfig({ REDIS_URL }),
      ({ message }: Error) => message.includes('%23') && !message.includes('cret'),
    )
  }
})

test('a place of files is that of a bucket, or refused with what is expected', () => {
  assert.equal(readConfig({ SPLITRUN_FILES: 's3://files/a' }).filesAt, 's3://files/a')
  assert.equal(readConfig({}).filesAt, null)
  for (const SPLITRUN_FILES of ['/mnt/files', 'https://files', 's3://', 's3://files/../a']) {
    assert.throws(
      () => readConfig({ SPLITRUN_FILES }),
      /SPLITRUN_FILES: expected something like s3:\/\/bucket/,
    )
  }
})
