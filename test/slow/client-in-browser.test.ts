import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import { describe, test } from 'node:test'
import { openPort } from '../../src/http/port/open-port.ts'
import { startChromium } from '../support/chromium.ts'
import { PASSED, suiteIn } from '../support/client-suite.ts'
import { packClient } from '../support/pack-client.ts'
import { red } from '../support/pictures.ts'
import { type Cleanup, useSystem } from '../support/system.ts'

/** Another origin than the server's, that has the packed client's files as they are, and an empty page. */
async function startSite(t: Cleanup): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-site-'))
  const { tarball } = await packClient(folder)
  execFileSync('tar', ['-xzf', tarball, '-C', folder])
  const server = createServer(async ({ url = '' }, response) => {
    if (url === '/') return void response.setHeader('content-type', 'text/html').end('<!doctype html>')
    const body = await readFile(join(folder, 'package', normalize(url))).catch(() => null)
    response.writeHead(body ? 200 : 404, { 'content-type': 'text/javascript' }).end(body)
  })
  const port = await openPort(server, '127.0.0.1', 0)
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true })
  })
  return `http://127.0.0.1:${port}`
}

describe('the packed client in a page of another origin', () => {
  let site = ''
  const running = useSystem(async (t: Cleanup) => {
    site = await startSite(t)
    return { env: { SPLITRUN_CORS_ORIGINS: site } }
  })

  test('runs in Chromium as it does in Node', async (t) => {
    const system = running()
    const text = await system.createTask({ output_modality: 'text' })
    const photo = await system.createTask({ image_required: true, user_prompt: 'What is this?' })
    const image = (await red(8, 8).jpeg().toBuffer()).toString('base64')
    const browser = await startChromium(t)
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    await page.goto(site)
    // Not through the proxy that holds answers against the document: a browser asks for leave first, by OPTIONS.
    const served = { baseUrl: system.url, token: system.token, text, photo, image }
    assert.deepEqual(await page.evaluate(suiteIn(`import('/dist/index.js')`, served)), PASSED)
    assert.deepEqual(problems, [])
  })
})
