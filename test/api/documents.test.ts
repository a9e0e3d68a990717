import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { docxOf, pdfOf, wavOf, xlsxOf, zipOf } from '../support/made-documents.ts'
import { red } from '../support/pictures.ts'
import { startRecordedServer } from '../support/recorded-server.ts'
import { type Cleanup, useSystem } from '../support/system.ts'

/** The last user's turn of each call, by the mark in its text. */
const asked: { mark: string; content: unknown }[] = []

async function start(t: Cleanup) {
  const server = await startRecordedServer(t, ({ body }) => {
    const { messages } = body as { messages: { role: string; content: unknown }[] }
    const content = messages.at(-1)?.content
    const mark = /\[(\w+)\]/.exec(JSON.stringify(content))?.[1] ?? ''
    asked.push({ mark, content })
    const message = { role: 'assistant', content: 'fine' }
    return { status: 200, body: { choices: [{ index: 0, message, finish_reason: 'stop' }] } }
  })
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-documents-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'models.json')
  const models = [
    { name: 'plain', server: 's' },
    { name: 'reads', server: 's', supports_vision: true, supports_pdf: true, supports_audio: true },
  ]
  await writeFile(file, JSON.stringify({ servers: { s: { base_url: server.url } }, models }))
  return { env: { SPLITRUN_MODELS_FILE: file, SPLITRUN_DOCUMENT_PAGES_MAX: '3' } }
}

type File = readonly [name: string, bytes: Buffer]

function formOf(input: object, files: readonly File[]): FormData {
  const form = new FormData()
  form.append('task_input', JSON.stringify(input))
  for (const [name, bytes] of files) form.append('task_file', new Blob([new Uint8Array(bytes)]), name)
  return form
}

describe('documents as files of runs', () => {
  const running = useSystem(start)

  const create = (fields: Record<string, unknown> = {}) =>
    running().createTask({
      ...{ output_modality: 'text', output_format: null, user_prompt: 'Say [{mark}].' },
      ...{ llm_model_id: 'plain', file_input_mode: 'file', ...fields },
    })
  let marks = 0
  async function run(task: string, files: readonly File[]) {
    const mark = `m${marks++}`
    const answer = await running().call('POST', `/task/${task}/run`, formOf({ mark }, files))
    return { ...answer, content: asked.find((each) => each.mark === mark)?.content }
  }

  test('go as text to a model that takes none, under their names, and are stored as they came', async () => {
    const task = await create()
    const files = [
      ['brief "1".docx', docxOf('Dear all')],
      ['prices.xlsx', xlsxOf([['tea', 2]])],
      ['a.csv', Buffer.from('a;b\n1;2\n')],
      ['page.htm', Buffer.from('<!doctype html><html><body><p>A page</p></body></html>')],
      ['Grüße.txt', Buffer.from('hello')],
      ['x.pdf', pdfOf('From a PDF')],
    ] as const
    const { status, body, content } = await run(task, files)
    assert.equal(status, 200, JSON.stringify(body))
    const text = String(content)
    assert.match(text, /<document index="1" name="brief 1 .docx">\nDear all\n<\/document>/)
    assert.match(text, /<document index="2" name="prices.xlsx">\n## Prices\n\ntea,2\n/)
    assert.match(text, /name="a.csv">\na,b\n1,2\n/)
    assert.match(text, /name="page.htm">\nA page\n/)
    assert.match(text, /name="Grüße.txt">\nhello\n/)
    assert.match(text, /name="x.pdf">\nFrom a PDF\n/)
    const kinds = body.files.map((name: string) => name.split('.')[1])
    assert.deepEqual(kinds, ['docx', 'xlsx', 'csv', 'html', 'txt', 'pdf'])
    assert.deepEqual(body.run_data.files, body.files)
    assert.deepEqual(
      body.file_names,
      files.map(([name]) => name),
    )
    const { url, project, token } = running()
    const types = [
      'application/vnd.openxml',
      'application/vnd.openxml',
      'text/csv',
      'text/plain',
      'text/plain',
      'application/pdf',
    ]
    for (const [at, [, bytes]] of files.entries()) {
      const path = `${url}${project}/task/${task}/run/${body.id}/file/${body.files[at]}?inline=true`
      const response = await fetch(path, { headers: { authorization: `Bearer ${token}` } })
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes)
      assert.ok(
        response.headers.get('content-type')?.startsWith(types[at] ?? '-'),
        'no page of a stranger is served as one',
      )
    }
  })

  test('are served with the charset that they have, and with none where that is not known', async () => {
    const task = await create()
    const rest = 'x'.repeat(100_000)
    const texts: [string, Buffer, string][] = [
      ['utf-8.txt', Buffer.from(`${rest} Grüße`), 'text/plain; charset=utf-8'],
      ['windows.txt', Buffer.from(`${rest} Grüße`, 'latin1'), 'text/plain'],
      ['utf-16.txt', Buffer.from('\ufeffGrüße', 'utf16le'), 'text/plain; charset=utf-16le'],
      ['big-endian.txt', Buffer.from('\ufeffGrüße', 'utf16le').swap16(), 'text/plain; charset=utf-16be'],
      ['windows.csv', Buffer.from('Straße,1\nWeg,2\n', 'latin1'), 'text/csv'],
      ['page.html', Buffer.from('<html><body>Grüße</body></html>'), 'text/plain; charset=utf-8'],
    ]
    const { body } = await run(
      task,
      texts.map(([name, bytes]) => [name, bytes]),
    )
    const { url, project, token } = running()
    for (const [at, [name, , type]] of texts.entries()) {
      for (const [method, range] of [['GET'], ['HEAD'], ['GET', 'bytes=0-3']] as const) {
        const path = `${url}${project}/task/${task}/run/${body.id}/file/${body.files[at]}?inline=true`
        const headers = { authorization: `Bearer ${token}`, ...(range && { range }) }
        const response = await fetch(path, { method, headers })
        assert.equal(response.status, range ? 206 : 200)
        assert.equal(response.headers.get('content-type'), type, `${method} ${name}`)
        await response.arrayBuffer()
      }
    }
  })

  test('go as they are to a model that takes them; Office files never do', async () => {
    const task = await create({ llm_model_id: 'reads' })
    const image = await red(8, 8).png().toBuffer()
    const pdf = pdfOf('hello')
    const { status, content } = await run(task, [
      ['x.pdf', pdf],
      ['a.wav', wavOf(8000)],
      ['b.docx', docxOf('Dear all')],
      ['c.png', image],
    ])
    assert.equal(status, 200)
    const parts = content as {
      type: string
      text?: string
      file?: object
      input_audio?: { format: string; data: string }
    }[]
    assert.deepEqual(
      parts.map(({ type }) => type),
      ['text', 'image_url', 'file', 'input_audio'],
    )
    assert.match(parts[0]?.text ?? '', /name="b.docx">\nDear all\n/)
    assert.deepEqual(parts[2]?.file, {
      filename: 'x.pdf',
      file_data: `data:application/pdf;base64,${pdf.toString('base64')}`,
    })
    assert.deepEqual(parts[3]?.input_audio, { format: 'wav', data: wavOf(8000).toString('base64') })
  })

  test('are refused with a reason where they are of no use', async () => {
    const [any, none, image, unset] = await Promise.all([
      create(),
      create({ file_input_mode: 'none' }),
      create({ file_input_mode: 'image', llm_model_id: 'reads' }),
      create({ file_input_mode: null, llm_model_id: 'reads' }),
    ])
    const png = await red(8, 8).png().toBuffer()
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic')])
    const text = Buffer.from('a text')
    const cases: [task: string, files: File[], status: number, said: RegExp][] = [
      [any, [], 422, /requires a file/],
      [none, [['a.txt', text]], 422, /takes no files/],
      [none, [['a.png', png]], 422, /takes no files/],
      [image, [['a.txt', text]], 415, /NOT_AN_IMAGE/],
      [unset, [['a.pdf', pdfOf('x')]], 415, /UNSUPPORTED_IMAGE/],
      [any, [['a.png', png]], 422, /sees no images/],
      [any, [['a.wav', wavOf(10)]], 422, /hears no recordings/],
      [any, [['a.heic', heic]], 415, /UNSUPPORTED_IMAGE.*HEIC/],
      [any, [['a.txt', Buffer.alloc(0)]], 415, /UNSUPPORTED_FILE.*empty/],
      [any, [['a.txt', Buffer.from([0, 1, 2, 3, 4, 5])]], 415, /UNSUPPORTED_FILE/],
      [any, [['a.docx', zipOf({ 'ppt/presentation.xml': 'x' })]], 415, /UNSUPPORTED_FILE.*Office/],
      [any, [['a.doc', Buffer.from('d0cf11e0a1b11ae1', 'hex')]], 415, /UNSUPPORTED_FILE.*\.docx/],
      [
        any,
        [['a.ogg', Buffer.from('OggS\0\x02aaaaaaaaaaaaaaaaaaaaaa\x01vorbis')]],
        415,
        /UNSUPPORTED_FILE.*MP3/,
      ],
      [any, [['a.pdf', pdfOf('')]], 502, /DOCUMENT_UNREADABLE.*OCR/],
      [any, [['a.pdf', pdfOf('1', '2', '3', '4')]], 502, /DOCUMENT_TOO_LARGE.*4 pages/],
    ]
    for (const [task, files, status, said] of cases) {
      const answer = await run(task, files)
      const label = `${files[0]?.[0]} ${said}`
      assert.equal(answer.status, status, `${label}: ${JSON.stringify(answer.body)}`)
      assert.match(JSON.stringify(answer.body), said, label)
    }
  })

  test('a document may be the body, or stand in JSON', async () => {
    const task = await create({ user_prompt: 'Say [whole].' })
    const { url, project, token } = running()
    const pdf = pdfOf('as the body')
    const asBody = await fetch(`${url}${project}/task/${task}/run`, {
      ...{ method: 'POST', body: new Uint8Array(pdf) },
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/pdf' },
    })
    assert.equal(asBody.status, 200, await asBody.text())
    const inJson = await running().call('POST', `/task/${task}/run`, {
      task_files: [{ name: 'Größe.txt', data: Buffer.from('in JSON').toString('base64') }],
    })
    assert.equal(inJson.status, 200)
    const said = asked.filter(({ mark }) => mark === 'whole').map(({ content }) => String(content))
    assert.match(said[0] ?? '', /<document index="1">\nas the body/)
    assert.match(said[1] ?? '', /name="Größe.txt">\nin JSON/)
  })

  test('file_input_mode is a field of revisions: kept, changed, exported and imported', async () => {
    const task = await create()
    const read = async () => (await running().call('GET', `/task/${task}`)).body.revisions[0]
    assert.deepEqual([(await read()).file_input_mode, (await read()).image_required], ['file', false])
    const change = (fields: object) => running().call('POST', `/task/${task}`, fields)
    await change({ user_prompt: 'Say [{mark}] again.' })
    assert.equal((await read()).file_input_mode, 'file', 'it is copied')
    assert.equal((await change({ image_required: true, file_input_mode: 'file' })).status, 422)
    await change({ file_input_mode: 'none' })
    assert.equal((await read()).file_input_mode, 'none')
    await change({ image_required: false })
    assert.equal((await read()).file_input_mode, 'none')
    await change({ file_input_mode: null })
    assert.equal((await read()).file_input_mode, null)
    assert.equal((await change({ file_input_mode: 'pdf' })).status, 422)
  })
})
