import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modelsFileSchema, type ServerEntry } from '../../../../src/models/servers/models-file-schema.ts'
import { readProxy, readTransport } from '../../../../src/models/servers/read-transport.ts'

const models = [{ name: 'a', server: 's' }]
const parse = (server: object) =>
  modelsFileSchema.safeParse({ servers: { s: { base_url: 'https://x/v1', ...server } }, models })

function read(server: object, environment: Record<string, string> = {}) {
  const entry = parse(server).data?.servers['s']
  assert.ok(entry)
  return readTransport(entry satisfies ServerEntry, (name) => environment[name])
}

test('headers and query hold values, or the variables that hold secrets', () => {
  const transport = read(
    {
      api_key_env: 'API_KEY',
      auth: { header: 'api-key' },
      headers: { 'X-Title': 'Splitrun', 'X-Gate': { env: 'GATE' } },
      query: { 'api-version': '2024-10-21', sig: { env: 'SIGNATURE' } },
    },
    { GATE: 'g-secret', SIGNATURE: 's-secret' },
  )
  assert.deepEqual(transport, {
    auth: { header: 'api-key' },
    headers: { 'x-title': 'Splitrun', 'x-gate': 'g-secret' },
    query: { 'api-version': '2024-10-21', sig: 's-secret' },
    proxy: null,
    tls: {},
    secrets: ['g-secret', 's-secret'],
  })
})

test('a secret that no header may have is refused by the name of its variable, and not repeated', () => {
  const of = { headers: { 'X-Gate': { env: 'GATE' } } }
  assert.throws(
    () => read(of, { GATE: 'a\nb' }),
    ({ message }: Error) => message === 'headers.X-Gate: GATE has characters that no header may have',
  )
  assert.equal(read({ query: { sig: { env: 'GATE' } } }, { GATE: 'ä–' }).query['sig'], 'ä–')
})

test('a server that says nothing gets its key as a bearer token, and the proxy of the environment', () => {
  const transport = read({}, { HTTPS_PROXY: 'http://gate:3128', NO_PROXY: '.internal' })
  assert.equal(transport.auth, 'bearer')
  const except = '.internal,localhost,127.0.0.1,::1'
  assert.deepEqual(transport.proxy, { http: null, https: 'http://gate:3128', except })
})

test('a proxy is that of the server, else that of the environment in either case, or none', () => {
  const proxy = (given: string | undefined, environment: Record<string, string>) =>
    readProxy(given, (name) => environment[name])
  assert.equal(proxy('none', { HTTP_PROXY: 'http://gate' }), null)
  assert.equal(proxy('http://own:1', { NO_PROXY: '*' })?.https, 'http://own:1')
  assert.equal(proxy(undefined, { http_proxy: 'gate:1', HTTP_PROXY: 'http://other' })?.http, 'http://gate:1')
  assert.equal(proxy(undefined, { NO_PROXY: '*' }), null)
  const secret = 'socks5://me:hidden@gate'
  assert.throws(
    () => proxy(undefined, { HTTPS_PROXY: secret }),
    (error: Error) => error.message.includes('HTTPS_PROXY') && !error.message.includes('hidden'),
  )
})

test('what no request could be made with is refused when the file is read', () => {
  const refused: object[] = [
    { auth: 'basic' },
    { auth: { header: 'a b' } },
    { headers: { 'a b': 'x' } },
    { headers: { x: 'a\nb' } },
    { headers: { 'Content-Length': '5' } },
    { headers: { Expect: '100-continue' } },
    { headers: { 'Keep-Alive': '5' } },
    { api_key_env: 'KEY', auth: { header: 'X-Key' }, headers: { 'x-key': 'other' } },
    { api_key_env: 'KEY', headers: { Authorization: 'Bearer other' } },
    { api_key_env: 'KEY', auth: 'none' },
    { auth: { header: 'api-key' } },
    { limits: {} },
    { base_url: 'http://x/v1', ca_file: 'ca.pem' },
    { base_url: 'http://x/v1', client_cert_file: 'cert.pem', client_key_file: 'key.pem' },
    { headers: { x: 5 } },
    { query: { a: { variable: 'A' } } },
    { proxy: 'socks5://gate' },
    { client_cert_file: 'cert.pem' },
    { client_key_file: 'key.pem' },
  ]
  for (const server of refused) assert.equal(parse(server).success, false, JSON.stringify(server))
  assert.throws(() => read({ headers: { x: { env: 'MISSING' } } }), /headers\.x wants MISSING/)
  assert.throws(
    () => read({ headers: { x: { env: 'BROKEN' } } }, { BROKEN: 'a\nsecret' }),
    (error: Error) => /BROKEN/.test(error.message) && !error.message.includes('secret'),
  )
  assert.throws(() => read({ ca_file: '/nowhere/ca.pem' }), /\/nowhere\/ca\.pem/)
  assert.throws(() => read({ ca_file: import.meta.filename }), /no certificate or key can be read/)
})
