import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { blocksOf } from '../support/documents.ts'
import { docxOf, pdfOf } from '../support/made-documents.ts'
import { answer, type Step, startScriptedServer } from '../support/scripted-server.ts'
import { type Cleanup, useSystem } from '../support/system.ts'

const GUIDE = 'docs/guides/documents.md'
const PAGE =
  '<html><head><title>Cook</title></head><body><h1>Cook wanted</h1><p>We pay well.</p></body></html>'

const steps: Step[] = Array.from({ length: 20 }, () => (response, call) => {
  if (call.url === '/page') return answer(200, PAGE, { 'content-type': 'text/html' })(response, call)
  if (call.url !== '/shorten') return answer(404, '')(response, call)
  const { value, config } = JSON.parse(call.body) as { value: string; config: { words: number } }
  const result = value.split(/\s+/).slice(0, config.words).join(' ')
  return answer(200, { result })(response, call)
})

let outside = { url: '' }
async function start(t: Cleanup) {
  outside = await startScriptedServer(t, steps)
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-examples-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'processors.json')
  await writeFile(file, JSON.stringify({ processors: [{ name: 'shorten', url: `${outside.url}/shorten` }] }))
  return {
    env: {
      ...{ SPLITRUN_INPUT_PROCESSORS_FILE: file, SPLITRUN_FETCH: 'true', SPLITRUN_FETCH_ALLOW: '127.0.0.1' },
      SPLITRUN_FETCH_NETWORKS: '127.0.0.1/32',
    },
  }
}

interface Run {
  readonly input?: object
  readonly files?: readonly (readonly [name: string, bytes: Buffer])[]
  /** What its prompts are made with. */
  readonly given: Record<string, unknown>
}

/** What each example is run with. */
const RUNS: Record<string, () => Run[]> = {
  'Summarise an offer': () => [
    { files: [['offer.pdf', pdfOf('Tea for 3 euros')]], given: { offer: 'Tea for 3 euros' } },
    { files: [['scan of 2026.pdf', pdfOf('Only one')]], given: { offer: 'Only one' } },
    { files: [['OFFER.PDF', pdfOf('')]], given: { offer: '(no offer was sent)' } },
    { given: { offer: '(no offer was sent)' } },
  ],
  'Compare contracts': () => [
    {
      files: [
        ['new.docx', docxOf('ends in June')],
        ['old.docx', docxOf('ends in May')],
      ],
      given: { old: 'ends in May', new: 'ends in June' },
    },
  ],
  'Check an export': () => [
    { files: [['export.csv', Buffer.from('a;b\r\n1;2,5\r\n')]], given: { export: 'a;b\r\n1;2,5\r\n' } },
  ],
  'Read a page': () => [
    { input: { page: `${outside.url}/page` }, given: { page: '# Cook\n\n## Cook wanted\n\nWe pay well.' } },
    { input: { page: `${outside.url}/none` }, given: { page: '(the page cannot be read)' } },
    { input: { page: 'http://10.0.0.1/' }, given: { page: '(the page cannot be read)' } },
  ],
  'Check an application': () => [
    {
      input: { company: 'Acme', job: `${outside.url}/page` },
      files: [['letter.txt', Buffer.from('I cook.')]],
      given: { job: '# Cook ##', letter: 'I cook.' },
    },
  ],
}

describe('the examples of the guide to documents', () => {
  const running = useSystem(start)
  const examples = blocksOf(GUIDE)
    .filter(({ language, text }) => language === 'json' && text.includes('"input_processors"'))
    .map(({ text }) => JSON.parse(text) as { name: string })

  test('are those that are run here', () => {
    assert.deepEqual(
      examples.map(({ name }) => name),
      Object.keys(RUNS),
    )
  })

  for (const example of examples) {
    test(example.name, async () => {
      const created = await running().call('POST', '/task', example)
      assert.equal(created.status, 200, JSON.stringify(created.body))
      for (const { input = {}, files = [], given } of RUNS[example.name]?.() ?? []) {
        const form = new FormData()
        form.append('task_input', JSON.stringify(input))
        for (const [name, bytes] of files) form.append('task_file', new Blob([new Uint8Array(bytes)]), name)
        const { status, body } = await running().call('POST', `/task/${created.body.id}/run`, form)
        assert.equal(status, 200, JSON.stringify(body))
        const submitted = body.run_data.submitted as Record<string, unknown>
        for (const [param, value] of Object.entries(given)) {
          assert.equal(submitted[param], value, param)
          assert.ok(Object.hasOwn(submitted, `${param}_preprocessed`))
        }
        assert.ok(body.timings.inputs >= 0)
      }
    })
  }

  test('a parameter that no prompt has is refused where the task is written', async () => {
    const [first] = examples
    const entry = { param_name: 'nowhere', input_processor: 'document_content_extractor' }
    const { status, body } = await running().call('POST', '/task', {
      ...first,
      name: 'x',
      input_processors: [entry],
    })
    assert.equal(status, 422)
    assert.deepEqual(body.detail[0].loc, ['body', 'input_processors', 0, 'param_name'])
  })

  test('a document that is no text gives nothing as it came', async () => {
    const example = examples.find(({ name }) => name === 'Check an export')
    const created = await running().call('POST', '/task', { ...example, name: 'Check another' })
    const form = new FormData()
    form.append('task_file', new Blob([new Uint8Array(docxOf('x'))]), 'export.csv')
    const { status, body } = await running().call('POST', `/task/${created.body.id}/run`, form)
    assert.equal(status, 502)
    assert.equal(body.detail.reason, 'INPUT_PROCESSOR_FAILED')
    assert.match(body.detail.message, /is no text/)
  })
})
