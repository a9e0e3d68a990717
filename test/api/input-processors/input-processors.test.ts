import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { docxOf, pdfOf } from '../../support/made-documents.ts'
import type { ScriptedCall } from '../../support/scripted-server.ts'
import { until, useSystem } from '../../support/system.ts'
import { PAGE, startOutside } from './outside.ts'

describe('input processors', () => {
  let outside: { url: string; calls: ScriptedCall[] }
  const running = useSystem(async (t) => {
    const started = await startOutside(t)
    outside = started.outside
    return { env: started.env }
  })
  const create = (processor: string, config?: object, fields: object = {}) =>
    running().createTask({
      ...{ output_modality: 'text', output_format: null, user_prompt: 'Say {text}.' },
      input_processors: [{ param_name: 'text', input_processor: processor, ...(config ? { config } : {}) }],
      ...fields,
    })
  const run = (task: string, text: unknown, query = '') =>
    running().call('POST', `/task/${task}/run${query}`, { task_input: { text } })
  function form(name: string | null, bytes: Buffer, input: object = {}): FormData {
    const data = new FormData()
    data.append('task_input', JSON.stringify(input))
    data.append('task_file', new Blob([new Uint8Array(bytes)]), name ?? 'x')
    return data
  }

  test('a URL becomes what the page says; the original, the time and the result are in the run', async () => {
    const task = await create('url_fetcher', { extract_text: true })
    const url = `${outside.url}/page`
    const { status, body } = await run(task, url)
    assert.equal(status, 200, JSON.stringify(body))
    const { text, text_preprocessed } = body.run_data.submitted
    assert.match(text, /^# News\n\n[\s\S]*## Tea\n\nIt is \*\*hot\*\*\./)
    assert.equal(text_preprocessed, url)
    assert.ok(body.input_processor_timing > 0)
    assert.equal(Math.round(body.timings.inputs), Math.round(body.input_processor_timing * 1000))
    const stored = await running().call('GET', `/task/${task}/run/${body.id}`)
    assert.deepEqual(stored.body.run_data, body.run_data)
    const listed = await running().call('GET', `/task/${task}/run?fields=summary`)
    assert.equal(listed.body.results[0].run_data, undefined)
    assert.ok(listed.body.results[0].input_processor_timing > 0)
    const raw = await run(await create('url_fetcher', { extract_text: false }), url)
    assert.equal(raw.body.run_data.submitted.text, PAGE)
    const pdf = await run(task, `${outside.url}/pdf`)
    assert.equal(pdf.body.run_data.submitted.text, 'from afar')
  })

  test('what is there is known by its bytes, whatever its type says', async () => {
    const task = await create('url_fetcher')
    const given = async (path: string) => (await run(task, outside.url + path)).body.run_data?.submitted.text
    assert.equal(await given('/lies/pdf'), 'a document')
    assert.match(await given('/lies/page'), /## Tea/)
    assert.match(await given('/cyrillic'), /Привет/)
    const zip = await run(task, `${outside.url}/lies/zip`)
    assert.equal(zip.body.detail.reason, 'INPUT_PROCESSOR_FAILED')
  })

  test('what fails has a reason, or its fallback text', async () => {
    const plain = await create('url_fetcher')
    const kind = await create('url_fetcher', { fallback_text: 'nothing there' })
    for (const [value, said] of [
      [`${outside.url}/none`, /404/],
      [`${outside.url}/zeros`, /no document that is read/],
      ['http://localhost/', /may be asked/],
      [`${outside.url.replace('127.0.0.1', '127.0.0.2')}/page`, /may be asked/],
      ['no URL', /no http or https URL/],
      [7, /holds no URL/],
    ] as const) {
      const failed = await run(plain, value)
      assert.equal(failed.status, 502)
      assert.equal(failed.body.detail.reason, 'INPUT_PROCESSOR_FAILED')
      assert.match(failed.body.detail.message, said)
      assert.deepEqual(failed.body.detail.run.attempts, [], 'no model is asked')
      assert.ok(failed.body.detail.run.timings.inputs > 0, 'also in vain they take their time')
      const saved = await run(kind, value)
      assert.equal(saved.status, 200)
      assert.deepEqual(saved.body.run_data.submitted, { text: 'nothing there', text_preprocessed: value })
    }
  })

  test('a document takes the place of the parameter that names it', async () => {
    const named = await create('document_content_extractor', {
      filename: 'Contract.docx',
      strategy: 'hi_res',
    })
    const sent = await running().call('POST', `/task/${named}/run`, form('contract.DOCX', docxOf('We agree')))
    assert.equal(sent.status, 200, JSON.stringify(sent.body))
    assert.equal(sent.body.run_data.submitted.text, 'We agree')
    assert.equal(sent.body.run_data.submitted.text_preprocessed, 'contract.DOCX')
    assert.equal(sent.body.files.length, 1)
    const other = await running().call(
      'POST',
      `/task/${named}/run`,
      form('other.docx', docxOf('The only one')),
    )
    assert.equal(other.body.run_data.submitted.text, 'The only one')
    const none = await running().call('POST', `/task/${named}/run`, { task_input: { text: 'x' } })
    assert.equal(none.status, 422)
    assert.match(JSON.stringify(none.body), /task_file.*Contract\.docx/)
    const scan = await running().call('POST', `/task/${named}/run`, form('a.pdf', pdfOf('')))
    assert.equal(scan.body.detail.reason, 'DOCUMENT_UNREADABLE')
    const kind = await create('document_content_extractor', { filename: 'a', fallback_text: 'unread' })
    for (const body of [{ task_input: {} }, form('a.pdf', pdfOf(''))]) {
      const saved = await running().call('POST', `/task/${kind}/run`, body)
      assert.equal(saved.body.run_data?.submitted.text, 'unread', JSON.stringify(saved.body))
    }
    const two = form('Contract.docx', docxOf('We agree'))
    two.append('task_file', new Blob(['a stray text']), 'stray.txt')
    const stray = await running().call('POST', `/task/${named}/run`, two)
    assert.deepEqual([stray.status, stray.body.detail[0].loc], [422, ['body', 'task_file']])
  })

  test('what they take is a phase of reports and metrics, which other runs do not have', async () => {
    const countOf = async (task: string) => {
      const { body } = await running().call(
        'GET',
        `/task/${task}/timing_report?start_date=yesterday&end_date=now`,
      )
      return body.timings.inputs.count
    }
    const [busy, plain] = [
      await create('url_fetcher'),
      await create('', undefined, { input_processors: null }),
    ]
    await run(busy, `${outside.url}/page`)
    await run(plain, 'tea')
    assert.equal(await countOf(busy), 1)
    assert.equal(await countOf(plain), 0)
    const metrics = await fetch(`${running().url}/metrics`)
    assert.match(
      await metrics.text(),
      new RegExp(`splitrun_run_phase_seconds_count\\{[^}]*task="${busy}"[^}]*phase="inputs"[^}]*\\} 1`),
    )
  })

  test('a processor of the administrator is asked by HTTP, with what it needs and its secret', async () => {
    const task = await create('search', { depth: 2 })
    const { body } = await run(task, 'tea')
    assert.equal(body.run_data.submitted.text, 'found tea with 2')
    const call = outside.calls.findLast(({ url }) => url === '/search')
    assert.equal(call?.headers['x-key'], 'secret')
    const sent = JSON.parse(call?.body ?? '')
    assert.deepEqual(
      [sent.processor, sent.param_name, sent.value, sent.inputs, sent.run_id, sent.task_id],
      ['search', 'text', 'tea', { text: 'tea' }, body.id, task],
    )
    assert.deepEqual((await run(task, 'list')).body.run_data.submitted.text, [1, 2])
    for (const [value, said, retryable] of [
      ['fail', /503/, true],
      ['nonsense', /no `result`/, false],
    ] as const) {
      const failed = await run(task, value)
      assert.deepEqual(
        [failed.body.detail.reason, failed.body.detail.retryable],
        ['INPUT_PROCESSOR_FAILED', retryable],
      )
      assert.match(failed.body.detail.message, said)
    }
  })

  test('several work one after the other, each on what the one before gave', async () => {
    const uses = ['search', 'search'].map((input_processor) => ({
      param_name: 'text',
      input_processor,
      config: { depth: 1 },
    }))
    const { body } = await run(await create('search', {}, { input_processors: uses }), 'tea')
    assert.deepEqual(body.run_data.submitted, {
      text: 'found found tea with 1 with 1',
      text_preprocessed: 'tea',
    })
  })

  test('a cancel reaches a fetch', async () => {
    const task = await create('url_fetcher')
    const { body } = await run(task, `${outside.url}/hang`, '?wait=0')
    await until(() => outside.calls.some(({ url }) => url === '/hang'))
    const cancelled = await running().call('POST', `/task/${task}/run/${body.id}/cancel`)
    await until(async () => (await running().call('GET', `/task/${task}/run/${body.id}`)).body.done)
    assert.equal(cancelled.status, 200)
    const { status } = (await running().call('GET', `/task/${task}/run/${body.id}`)).body
    assert.equal(status, 'cancelled')
    await outside.calls.find(({ url }) => url === '/hang')?.closed
  })

  test('they are listed with their schemas, and wrong ones are refused where they are written', async () => {
    const { body } = await running().call('GET', '/input_processor')
    assert.deepEqual(
      body.map(({ name, enabled }: { name: string; enabled: boolean }) => [name, enabled]),
      [
        ['document_content_extractor', true],
        ['url_fetcher', true],
        ['search', true],
      ],
    )
    assert.ok(body[0].config_schema.properties.filename)
    for (const [entry, place] of [
      [{ param_name: 'text', input_processor: 'url_fetcher', config: { nonsense: 1 } }, 'config'],
      [
        {
          param_name: 'text',
          input_processor: 'document_content_extractor',
          config: { strategy: 'ocr_only' },
        },
        'strategy',
      ],
      [{ param_name: 'other', input_processor: 'url_fetcher' }, 'param_name'],
      [{ input_processor: 'url_fetcher' }, 'input_processors'],
      [{ param_name: 'text', input_processor: 'url_fetcher', config: [] }, 'input_processors'],
    ] as const) {
      await assert.rejects(
        create('', {}, { input_processors: [entry] }),
        new RegExp(place),
        JSON.stringify(entry),
      )
    }
    const unknown = await create('perplexity_search')
    const refused = await run(unknown, 'x')
    assert.deepEqual([refused.status, refused.body.detail.reason], [409, 'INPUT_PROCESSORS_UNAVAILABLE'])
    assert.match(refused.body.detail.message, /perplexity_search/)
  })
})
