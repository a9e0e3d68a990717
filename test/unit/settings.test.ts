import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { ConfigError, describeSettings, readConfig, readSecret } from '../../src/config.ts'
import { SETTINGS } from '../../src/settings.ts'

const headers = (OTEL_EXPORTER_OTLP_HEADERS: string) => readConfig({ OTEL_EXPORTER_OTLP_HEADERS }).otlpHeaders

test('headers for the collector are pairs, percent-encoded', () => {
  assert.deepEqual(headers(''), {})
  assert.deepEqual(headers('authorization=Basic%20YTpi, x-team = prompts,'), {
    authorization: 'Basic YTpi',
    'x-team': 'prompts',
  })
})

test('headers that cannot be read are refused, without repeating what may be a secret', () => {
  for (const bad of ['s3cret', '=s3cret', 'a=s3cret,b', 'a=%zzs3cret', 'a b=s3cret', 'a=s3cret%0A']) {
    assert.throws(
      () => headers(bad),
      ({ message }: Error) =>
        message.startsWith('OTEL_EXPORTER_OTLP_HEADERS: ') && !message.includes('s3cret'),
      bad,
    )
  }
})

test('what is chosen from few words says in its description which', () => {
  const chosen = Object.values(SETTINGS).flatMap(({ name, doc, schema }) =>
    schema instanceof z.ZodEnum ? schema.options.map((word) => ({ name, doc, word })) : [],
  )
  assert.ok(chosen.length > 10)
  for (const { name, doc, word } of chosen) assert.ok(doc.includes(`\`${word}\``), `${name}: ${word}`)
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

/** What Kubernetes writes into a container for a Service of this name. */
const linksOf = (service: string) => ({
  [`${service}_SERVICE_HOST`]: '10.0.0.1',
  [`${service}_SERVICE_PORT`]: '3000',
  [`${service}_SERVICE_PORT_HTTP`]: '3000',
  [`${service}_PORT`]: 'tcp://10.0.0.1:3000',
  [`${service}_PORT_3000_TCP`]: 'tcp://10.0.0.1:3000',
  [`${service}_PORT_3000_TCP_PROTO`]: 'tcp',
  [`${service}_PORT_3000_TCP_PORT`]: '3000',
  [`${service}_PORT_3000_TCP_ADDR`]: '10.0.0.1',
})

test('what Kubernetes writes for a Service is no setting, whatever the Service is called', () => {
  for (const service of ['SPLITRUN', 'SPLITRUN_API', 'SPLITRUN_METRICS', 'SPLITRUN_SIMULATED']) {
    assert.deepEqual(readConfig(linksOf(service)), readConfig({}), service)
  }
  assert.equal(readConfig({ ...linksOf('SPLITRUN'), SPLITRUN_METRICS_PORT: '9100' }).metricsPort, 9100)
  assert.throws(
    () => readConfig({ SPLITRUN_PORT: '3000' }),
    /SPLITRUN_PORT is not a setting; did you mean/,
    'what a person wrote is told',
  )
})

test('spaces and line breaks around a value do not count, and nothing else than them is unset', () => {
  for (const [around, end] of [
    [' ', ' '],
    ['', '\n'],
    ['', '\r\n'],
    ['\t', ''],
  ] as const) {
    const given = {
      SPLITRUN_ADMIN_TOKEN: 'an-administrators-token',
      SPLITRUN_METRICS_TOKEN: 'a-token-of-prometheus',
      SPLITRUN_LOG_LEVEL: 'warn',
      SPLITRUN_FETCH: 'true',
      SPLITRUN_SHARDS: '3',
      SPLITRUN_SHADOW_BUSY: '0.5',
      SPLITRUN_KEEP_ALIVE: '5s',
      OPENAI_BASE_URL: 'https://models.example/v1',
      OPENAI_API_KEY: 'sk-1',
    }
    const padded = Object.fromEntries(
      Object.entries(given).map(([name, text]) => [name, around + text + end]),
    )
    assert.deepEqual(readConfig(padded), readConfig(given), JSON.stringify([around, end]))
    const blank = Object.fromEntries(Object.keys(given).map((name) => [name, ` ${end}`]))
    assert.deepEqual(readConfig(blank), readConfig({}))
  }
  const signing = `${'a-secret-that-signs-access-tokens'}\n`
  assert.equal(readConfig({ SPLITRUN_TOKEN_SECRET: signing }).tokenSecret, signing, 'tokens stay valid')
  assert.equal(readSecret('KEY', { KEY: 'sk-1\n' }), 'sk-1')
})

test('a wrong value is told what would be right', () => {
  const cases: [string, string, RegExp][] = [
    ['SPLITRUN_LOCK_DURATION', '20m', /expected something like 300s, 5m or 30d, from 1s to 10m$/],
    ['SPLITRUN_LOCK_DURATION', '-1s', /from 1s to 10m$/],
    ['SPLITRUN_MODEL_TIMEOUT', '1ms', /from 10ms to 1h$/],
    ['SPLITRUN_REDIS_PATIENCE', 'long', /from 0s to 1h$/],
    ['SPLITRUN_RUN_RETENTION', '1e9', /from 1s to 3650d$/],
    ['SPLITRUN_BODY_LIMIT', '1gb', /expected something like 64kb or 1mb, from 1024b to 100mb$/],
    ['SPLITRUN_BODY_LIMIT', '4 MiB', /from 1024b to 100mb$/],
    ['SPLITRUN_SHARDS', '0', /expected a whole number from 1 to 256$/],
    ['SPLITRUN_SHARDS', '2.5', /expected a whole number from 1 to 256$/],
    ['SPLITRUN_SHARDS', '0x10', /expected a whole number from 1 to 256$/],
    ['SPLITRUN_SHARDS', '1,000', /expected a whole number from 1 to 256$/],
    ['SPLITRUN_SHARDS', '1e999', /expected a whole number from 1 to 256$/],
    ['SPLITRUN_SHADOW_BUSY', '60%', /expected a number from 0 to 1$/],
    ['SPLITRUN_SHADOW_BUSY', '1.5', /expected a number from 0 to 1$/],
    ['OPENAI_BASE_URL', 'localhost:8000/v1', /expected a URL such as https:\/\/host\/path$/],
    ['OPENAI_API_KEY', 'sk‑1', /has characters that no header may have$/],
    ['AWS_ACCESS_KEY_ID', 'AKIA1\nAKIA2', /has characters that no header may have$/],
    ['AWS_SESSION_TOKEN', 'a\rb', /has characters that no header may have$/],
    ['SPLITRUN_SIMULATED_SHUTDOWN_DATE', '31.1.2027', /expected a day such as 2027-01-31$/],
    ['SPLITRUN_ADMIN_TOKEN', 'correct horse battery', /no spaces$/],
    ['SPLITRUN_ADMIN_TOKEN', 'schlüsselschlüssel', /of ASCII, and no spaces$/],
    ['SPLITRUN_METRICS_TOKEN', 'short', /expected at least 16 characters$/],
    ['SPLITRUN_FETCH_ALLOW', 'https://example.com', /expected names of hosts/],
    ['SPLITRUN_FETCH_ALLOW', 'a.example,example.com:8080', /expected names of hosts/],
    ['SPLITRUN_FETCH_ALLOW', '*', /expected names of hosts/],
    ['SPLITRUN_FETCH_NETWORKS', '10.0.0.0', /expected networks such as 10\.0\.0\.0\/8/],
    ['SPLITRUN_FETCH_NETWORKS', '10.0.0.0/8,fd00::/200', /expected networks such as/],
  ]
  for (const [name, value, message] of cases) {
    assert.throws(
      () => readConfig({ [name]: value }),
      (error) =>
        error instanceof ConfigError && error.message.startsWith(`${name}: `) && message.test(error.message),
      `${name}=${value}`,
    )
  }
  for (const [name, value] of [
    ['SPLITRUN_FETCH_ALLOW', 'example.com, *.example.com,localhost,10.0.0.1,[::1]'],
    ['SPLITRUN_FETCH_NETWORKS', '10.0.0.0/8, fd00::/8'],
    ['SPLITRUN_QUEUE_MAX', '1e6'],
    ['SPLITRUN_SHADOW_BUSY', '.5'],
    ['SPLITRUN_ADMIN_TOKEN', 'x/y+z=.-_~!$%&*()[]'],
  ] as const) {
    assert.ok(readConfig({ [name]: value }))
  }
})

test('whatever a setting is given, it is taken or refused by its name, and no secret is repeated', () => {
  const given = ['-1', '0', '1e99', 'NaN', 'null', '{}', 'x', '\u0000', 'a,b', '://', 's3cret#&'.repeat(50)]
  for (const { name } of describeSettings()) {
    for (const value of given) {
      try {
        readConfig({ [name]: value })
      } catch (error) {
        assert.ok(error instanceof ConfigError, `${name}=${value}: ${error}`)
        assert.ok(error.message.startsWith(`${name}: `), error.message)
        assert.ok(error.message.length < 400 && !error.message.includes('s3cret'), error.message)
        assert.doesNotMatch(error.message, /: (Invalid input)?$|undefined|NaN/, `${name}=${value}`)
      }
    }
  }
})
