import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pdfOf } from '../../support/made-documents.ts'
import { answer, hang, type Step, startScriptedServer } from '../../support/scripted-server.ts'
import type { Cleanup } from '../../support/system.ts'

export const PAGE =
  '<html><head><title>News</title></head><body><article><h2>Tea</h2><p>It is <b>hot</b>.</p></article></body></html>'

/** In windows-1251, and says so. */
const CYRILLIC = Buffer.concat([
  Buffer.from('<html><head><meta charset="windows-1251"><title>x</title></head><body><p>'),
  Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]),
  Buffer.from('</p></body></html>'),
])

/** What is outside: pages by their paths, and a search that answers with what it was sent. */
const steps: Step[] = Array.from({ length: 200 }, () => (response, call) => {
  const { url } = call
  if (url === '/page') return answer(200, PAGE, { 'content-type': 'text/html' })(response, call)
  if (url === '/pdf') return response.end(pdfOf('from afar'))
  if (url === '/lies/pdf')
    return answer(200, pdfOf('a document').toString('latin1'), { 'content-type': 'text/html' })(
      response,
      call,
    )
  if (url === '/lies/page') return answer(200, PAGE, { 'content-type': 'application/pdf' })(response, call)
  if (url === '/lies/zip')
    return answer(200, 'PK\x03\x04 and so on', { 'content-type': 'text/plain' })(response, call)
  if (url === '/cyrillic') return response.end(CYRILLIC)
  if (url === '/zeros') return response.end(Buffer.alloc(100))
  if (url === '/hang') return hang(response, call)
  if (url === '/search') return search(response, call)
  return answer(404, 'none')(response, call)
})

function search(...[response, call]: Parameters<Step>): void {
  const { value, config } = JSON.parse(call.body)
  const found = value === 'list' ? [1, 2] : `found ${value} with ${config.depth}`
  const step =
    value === 'fail' ? answer(503, '') : answer(200, value === 'nonsense' ? '{}' : { result: found })
  step(response, call)
}

/** Starts it, with the settings of a system that may fetch from there and knows its search. */
export async function startOutside(t: Cleanup) {
  const outside = await startScriptedServer(t, steps)
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-processors-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'processors.json')
  const processors = [
    {
      name: 'search',
      url: `${outside.url}/search`,
      description: 'Finds',
      headers: { 'x-key': 'secret' },
      config_schema: { type: 'object' },
    },
  ]
  await writeFile(file, JSON.stringify({ processors }))
  return {
    outside,
    env: {
      SPLITRUN_INPUT_PROCESSORS_FILE: file,
      SPLITRUN_FETCH: 'true',
      SPLITRUN_FETCH_ALLOW: '127.0.0.1',
      SPLITRUN_FETCH_NETWORKS: '127.0.0.1/32',
    },
  }
}
