import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createAddressRules } from '../../../src/inputs/fetch/address-rules.ts'
import { createFetcher, type FetcherOptions } from '../../../src/inputs/fetch/fetch-url.ts'
import { createGuardedAgent } from '../../../src/inputs/fetch/guarded-agent.ts'
import { createHostRules } from '../../../src/inputs/fetch/host-rules.ts'
import { ProcessorFailure } from '../../../src/inputs/processor-failure.ts'

/** A server of this machine, where nobody from outside may get: what it is asked for, it counts. */
async function startInside(t: TestContext) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { url = '' } = request
    asked.push(url)
    const to = new URL(url, 'http://x').searchParams.get('to')
    if (to !== null) return response.writeHead(302, { location: to }).end()
    if (url === '/big') return response.end(Buffer.alloc(2000))
    if (url === '/gzip') return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'))
    if (url === '/hang') return response.write('x')
    if (url === '/loop') return response.writeHead(301, { location: '/loop' }).end()
    if (url === '/gone') return response.writeHead(410).end()
    return response.end('inside')
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, asked }
}

interface Options extends Partial<Omit<FetcherOptions, 'agent' | 'hosts'>> {
  readonly networks?: readonly string[]
  readonly hosts?: readonly string[]
  readonly lookup?: LookupFunction
}

function open(
  t: TestContext,
  { networks = [], hosts = ['*.test', 'x.test'], lookup, ...options }: Options = {},
) {
  const agent = createGuardedAgent(createAddressRules(networks), 5000, lookup)
  // Any host, so that only addresses are in the way.
  const rules = hosts[0] === '*' ? () => true : createHostRules(hosts)
  const fetcher = createFetcher({ agent, hosts: rules, bytesMax: 1000, timeoutMs: 5000, most: 2, ...options })
  t.after(() => fetcher.close())
  const signal = new AbortController().signal
  return (url: string) => fetcher.fetch(url, { owner: 'p', signal }).then(String)
}

const refused = (error: unknown) => error instanceof ProcessorFailure

/** What answers look-ups: the addresses of its names, in turn. */
const names = (known: Record<string, string[][]>): LookupFunction =>
  ((name: string, _options: unknown, callback: (error: null, all: object[]) => void) => {
    const turns = known[name] ?? []
    const turn = turns.length > 1 ? turns.shift() : turns[0]
    callback(
      null,
      (turn ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }) as unknown as LookupFunction

test('no spelling of an address within gets anywhere', async (t) => {
  const { port, asked } = await startInside(t)
  const fetch = open(t, { hosts: ['*'] })
  const spellings = [
    ...[
      '127.0.0.1',
      '127.1',
      '127.0.1',
      '2130706433',
      '0x7f000001',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '017700000001',
    ],
    ...[
      '0.0.0.0',
      '0',
      '127.0.0.1.',
      '127.255.255.254',
      '①②⑦.0.0.1',
      '１２７.0.0.1',
      '127。0。0。1',
      '%31%32%37.0.0.1',
    ],
    ...[
      'localhost',
      'LOCALHOST',
      'localhost.',
      '[::1]',
      '[::]',
      '[0:0:0:0:0:0:0:1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
    ],
    ...[
      '[::127.0.0.1]',
      '[64:ff9b::127.0.0.1]',
      '[2002:7f00:1::]',
      '169.254.169.254',
      '[fd00:ec2::254]',
      '10.0.0.1',
    ],
  ]
  for (const host of spellings) await assert.rejects(fetch(`http://${host}:${port}/`), refused, host)
  for (const url of [
    'file:///etc/passwd',
    'ftp://x.test/',
    'gopher://x.test/',
    'javascript:1',
    '',
    'x',
    '//x',
    `http://u:p@x.test:${port}/`,
    `http://x.test/${'x'.repeat(9000)}`,
    'data:text/plain,x',
    'http://[::1%25lo]/',
  ]) {
    await assert.rejects(fetch(url), refused, url)
  }
  assert.deepEqual(asked, [])
})

test('a name is looked up once: what was checked is what is dialled', async (t) => {
  const { port, asked } = await startInside(t)
  const lookup = names({
    'rebinds.test': [['93.184.215.14'], ['127.0.0.1']],
    'mixed.test': [['93.184.215.14', '127.0.0.1']],
    'inside.test': [['127.0.0.1']],
    'mapped.test': [['::ffff:127.0.0.1']],
    'nobody.test': [[]],
  })
  // The first answer is public, and is dialled, in vain; that it would be another one the next time gains nothing.
  const fetch = open(t, { lookup, timeoutMs: 300 })
  for (const name of ['rebinds', 'rebinds', 'mixed', 'inside', 'mapped', 'nobody']) {
    await assert.rejects(fetch(`http://${name}.test:${port}/`), refused, name)
  }
  assert.deepEqual(asked, [])
})

test('every redirect is a URL like the first, and there is an end of them', async (t) => {
  const { port, asked } = await startInside(t)
  const fetch = open(t, {
    networks: ['127.0.0.1/32'],
    lookup: names({ 'a.test': [['127.0.0.1']], 'b.test': [['127.0.0.2']] }),
  })
  const at = `http://a.test:${port}`
  const to = (url: string) => `${at}/?to=${encodeURIComponent(url)}`
  assert.equal(await fetch(to('/fine')), 'inside')
  assert.equal(await fetch(to(to('/fine'))), 'inside')
  asked.length = 0
  for (const url of [
    `http://127.0.0.2:${port}/`,
    `http://b.test:${port}/`,
    'file:///etc/passwd',
    'http://localhost/',
    `http://elsewhere.example:${port}/`,
  ]) {
    await assert.rejects(fetch(to(url)), refused, url)
  }
  assert.ok(
    asked.every((url) => url.startsWith('/?to=')),
    'nothing beyond the redirects was asked for',
  )
  await assert.rejects(fetch(`${at}/loop`), /redirects/)
})

test('bytes, time and codings are bounded, and statuses are told', async (t) => {
  const { port } = await startInside(t)
  const options = { networks: ['127.0.0.1/32'], hosts: ['127.0.0.1'] }
  const at = `http://127.0.0.1:${port}`
  await assert.rejects(open(t, options)(`${at}/big`), /larger than 1000/)
  assert.equal((await open(t, { ...options, bytesMax: 2000 })(`${at}/big`)).length, 2000)
  await assert.rejects(open(t, options)(`${at}/gzip`), /coding/)
  await assert.rejects(open(t, { ...options, timeoutMs: 50 })(`${at}/hang`), /too long/)
  await assert.rejects(open(t, options)(`${at}/gone`), /410/)
})

test('an allow list allows its hosts and those below, and without one only the ports of HTTP', () => {
  const list = createHostRules(['example.com', '*.docs.test'])
  const allows = (rules: typeof list, url: string) => rules(new URL(url))
  for (const url of [
    'http://example.com/',
    'https://EXAMPLE.com:8443/',
    'http://example.com./',
    'http://a.docs.test/',
    'http://a.b.docs.test/',
  ])
    assert.ok(allows(list, url), url)
  for (const url of [
    'http://example.com.evil.test/',
    'http://evilexample.com/',
    'http://docs.test/',
    'http://evildocs.test/',
    'http://sub.example.com/',
  ])
    assert.ok(!allows(list, url), url)
  const open = createHostRules([])
  assert.ok(
    allows(open, 'http://x.test/') &&
      allows(open, 'https://x.test:80/') &&
      !allows(open, 'http://x.test:6379/'),
  )
})

test('a cancel ends a fetch with its own reason', async (t) => {
  const { port, asked } = await startInside(t)
  const agent = createGuardedAgent(createAddressRules(['127.0.0.1/32']), 5000)
  const fetcher = createFetcher({ agent, hosts: () => true, bytesMax: 10, timeoutMs: 60_000, most: 1 })
  t.after(() => fetcher.close())
  const stopping = new AbortController()
  const fetching = fetcher.fetch(`http://127.0.0.1:${port}/hang`, { owner: 'p', signal: stopping.signal })
  while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  stopping.abort('cancelled')
  await assert.rejects(fetching, (error) => error === 'cancelled')
})
