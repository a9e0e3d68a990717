import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, get, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import express from 'express'
import { createBuiltFiles } from '../../src/http/console/built-files.ts'
import { serveConsole } from '../../src/http/console/serve-console.ts'
import { errorHandler } from '../../src/http/error-handler.ts'
import { openPort } from '../../src/http/port/open-port.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { type Cleanup, useSystem } from '../support/system.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

const SCRIPT = 'console.log(1)\n'.repeat(200)

/** A console of some files, and how to ask for one: paths go out as they are written. */
async function serveFolder(t: Cleanup) {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-console-'))
  const app = express()
  app.disable('etag').use(serveConsole(createBuiltFiles(join(folder, 'dist'))))
  app.use((_request, response) => void response.status(404).json({ detail: { reason: 'ROUTE_NOT_FOUND' } }))
  app.use(errorHandler(silentLogger()))
  const server = createServer(app)
  const port = await openPort(server, '127.0.0.1', 0)
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })
  async function build(version: string): Promise<void> {
    await mkdir(join(folder, 'dist/assets'), { recursive: true })
    const files = {
      'index.html': `<!doctype html><title>${version}</title>`,
      [`assets/index-${version}.js`]: SCRIPT,
      [`assets/index-${version}.js.gz`]: gzipSync(SCRIPT),
      'assets/.hidden.js': 'x',
      'assets/notes.txt': 'x',
      '.stamp': version,
    }
    for (const [name, body] of Object.entries(files)) await writeFile(join(folder, 'dist', name), body)
    await writeFile(join(folder, 'secret.js'), 'secret')
  }
  const ask = (path: string, { method = 'GET', headers = {} } = {}) =>
    new Promise<Answer>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, method, headers }, async (answer) => {
        const parts: Buffer[] = []
        for await (const part of answer) parts.push(part)
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) })
      }).on('error', reject)
    })
  return { ask, build }
}

test('says how to build the console while it is not, and serves it from the moment it is', async (t) => {
  const { ask, build } = await serveFolder(t)
  const before = await ask('/console/')
  assert.equal(before.status, 503)
  assert.match(before.body.toString(), /npm run build:console/)
  assert.match(before.headers['content-type'] ?? '', /^text\/html/)
  await build('one')
  assert.match((await ask('/console/')).body.toString(), /<title>one/)
  await build('two')
  assert.match((await ask('/console/')).body.toString(), /<title>two/, 'and another build is seen')
})

test('keeps what never changes for ever, and has the page asked for each time', async (t) => {
  const { ask, build } = await serveFolder(t)
  await build('one')
  const page = await ask('/console/')
  assert.equal(page.headers['cache-control'], 'no-cache')
  const etag = page.headers.etag ?? ''
  const again = await ask('/console/', { headers: { 'if-none-match': etag } })
  assert.deepEqual([again.status, again.body.length], [304, 0])
  const script = await ask('/console/assets/index-one.js')
  assert.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.match(script.headers['content-type'] ?? '', /^text\/javascript/)
  assert.equal(script.body.toString(), SCRIPT)
  const zipped = await ask('/console/assets/index-one.js', { headers: { 'accept-encoding': 'gzip' } })
  assert.equal(zipped.headers['content-encoding'], 'gzip')
  assert.equal(gunzipSync(zipped.body).toString(), SCRIPT)
  for (const { headers } of [script, zipped]) assert.equal(headers.vary, 'Accept-Encoding')
  const head = await ask('/console/assets/index-one.js', { method: 'HEAD' })
  assert.deepEqual([head.status, head.body.length], [200, 0])
})

test('shows the built files and nothing else', async (t) => {
  const { ask, build } = await serveFolder(t)
  await build('one')
  const hidden = [
    '.stamp',
    'assets/.hidden.js',
    'assets/notes.txt',
    'assets/',
    'assets',
    'assets/index-one.js.gz',
  ]
  const outside = [
    '../secret.js',
    'assets/../../secret.js',
    'assets/..%2f..%2fsecret.js',
    '%2e%2e/secret.js',
    'assets/%00.js',
  ]
  for (const name of [...hidden, ...outside, 'tasks', 'assets/none.js']) {
    const answer = await ask(`/console/${name}`)
    assert.equal(answer.status, 404, name)
    assert.doesNotMatch(answer.body.toString(), /secret/)
  }
  const posted = await ask('/console/', { method: 'POST' })
  assert.deepEqual([posted.status, posted.headers.allow], [405, 'GET, HEAD'])
})

test('allows its page nothing that it does not need', async (t) => {
  const { ask, build } = await serveFolder(t)
  for (const built of [false, true]) {
    if (built) await build('one')
    const { headers } = await ask('/console/')
    const policy = String(headers['content-security-policy'])
    assert.doesNotMatch(policy, /unsafe|\*|https?:|report/)
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      assert.ok(policy.split('; ').includes(part), part)
    }
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
  }
})

test('leads browsers there from the root, under any prefix, and programs nowhere', async (t) => {
  const { ask } = await serveFolder(t)
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
  for (const path of ['/', '/console']) {
    const answer = await ask(path, { headers })
    assert.deepEqual([answer.status, answer.headers.location], [302, 'console/'], path)
  }
  for (const accept of ['*/*', 'application/json', '']) {
    assert.equal((await ask('/', { headers: { accept } })).status, 404, accept)
  }
  assert.equal((await ask('/', { method: 'POST', headers })).status, 404)
})

describe('an API process', () => {
  const running = useSystem()

  test('serves the console, with what keeps its page apart from others', async () => {
    const page = await fetch(`${running().url}/console/`)
    assert.ok([200, 503].includes(page.status), 'built or not')
    assert.equal(page.headers.get('x-frame-options'), 'DENY')
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff')
    assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self'/)
    const moved = await fetch(running().url, { headers: { accept: 'text/html' }, redirect: 'manual' })
    assert.equal(moved.headers.get('location'), 'console/')
    const api = await fetch(`${running().url}/`)
    assert.equal(api.status, 404)
    assert.match(api.headers.get('content-security-policy') ?? '', /^default-src 'none'/)
  })
})
