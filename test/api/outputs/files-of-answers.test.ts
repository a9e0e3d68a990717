import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { extractText } from 'unpdf'
import { startRecordedServer } from '../../support/recorded-server.ts'
import { type Cleanup, useSystem } from '../../support/system.ts'

/** What the model says, by what it is asked for. */
const SAID: Record<string, unknown> = {
  table: 'a,b\n1,=cmd()\n',
  fenced: 'Here:\n```csv\na;b\n1;2\n```',
  'no table': 'I would rather\nnot, really',
  'no table twice': 'I would rather\nnot, really',
  document: '# Überschrift\n\nText with **weight**.',
  'in a fence': '```markdown\n# Title\n\nText.\n```',
  pages: Array.from({ length: 400 }, (_, at) => `Paragraph ${at}.`).join('\n\n'),
  chinese: '# 茶\n\n茶 is tea.',
  hebrew: 'שלום',
  deep: `${'> '.repeat(3000)}x`,
}

describe('answers that become files, or do not', () => {
  const asked: { messages: { role: string; content: string }[] }[] = []
  const running = useSystem(async (t: Cleanup) => {
    const server = await startRecordedServer(t, ({ body, path }) => {
      if (path.endsWith('/images/generations')) return { status: 200, body: imageAnswer(body.prompt) }
      asked.push(body)
      const mark =
        /\[(.+?)\]/.exec(body.messages.map((each: { content: string }) => each.content).join('\n'))?.[1] ?? ''
      const again = body.messages.length > 2 && mark === 'no table'
      const message = { role: 'assistant', content: again ? 'a,b\n1,2' : SAID[mark], ...mediaAnswer(mark) }
      return { status: 200, body: { choices: [{ index: 0, message, finish_reason: 'stop' }] } }
    })
    const dir = await mkdtemp(join(tmpdir(), 'splitrun-outputs-'))
    t.after(() => rm(dir, { recursive: true }))
    const file = join(dir, 'models.json')
    const models = [
      { name: 'plain', server: 's', supports_image_output: true, supports_audio_output: true },
      { name: 'pictures', server: 's', api: 'images' },
    ]
    await writeFile(file, JSON.stringify({ servers: { s: { base_url: server.url } }, models }))
    return {
      env: {
        SPLITRUN_MODELS_FILE: file,
        SPLITRUN_OUTPUT_FILE_MAX: '100kb',
        SPLITRUN_PDF_PAGES_MAX: '3',
        SPLITRUN_DOCUMENT_TIMEOUT: '20s',
      },
    }
  })
  const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'
  const large = Buffer.concat([Buffer.from(PNG, 'base64'), Buffer.alloc(110_000)]).toString('base64')
  const PICTURES: Record<string, object> = {
    'data url': { images: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }] },
    'part of the content': {
      content: [
        { type: 'text', text: 'There.' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
      ],
    },
    inline: { content: [{ inline_data: { mime_type: 'image/png', data: PNG } }] },
    'an address': { images: [{ type: 'image_url', image_url: { url: 'http://127.0.0.1:1/secret.png' } }] },
    'no image': {
      images: [
        {
          type: 'image_url',
          image_url: { url: `data:image/png;base64,${Buffer.from('<html>').toString('base64')}` },
        },
      ],
    },
    'nothing of the kind': {},
    'too large': { images: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${large}` } }] },
    'a web page as sound': { audio: { data: Buffer.from('<html></html>').toString('base64') } },
  }
  const mediaAnswer = (mark: string): object => PICTURES[mark] ?? {}
  const imageAnswer = (prompt: string): object =>
    prompt.includes('[url]')
      ? { data: [{ url: 'http://127.0.0.1:1/x.png' }] }
      : { data: prompt.includes('[none]') ? [] : [{ b64_json: PNG }] }

  async function run(output_modality: string, mark: string, fields: object = {}) {
    const task = await running().createTask({
      output_modality,
      output_format: null,
      llm_model_id: 'plain',
      user_prompt: 'Make [{mark}].',
      ...fields,
    })
    const answer = await running().call('POST', `/task/${task}/run`, { task_input: { mark } })
    return { ...answer, task }
  }

  test('a table in words is read, mended and made safe', async () => {
    const { body } = await run('csv', 'table')
    assert.equal(body.response.text, 'a,b\r\n1,"\'=cmd()"\r\n')
    assert.equal(body.output_check, 'valid')
    const fenced = await run('csv', 'fenced')
    assert.equal(fenced.body.response.text, 'a,b\r\n1,2\r\n')
    assert.equal(fenced.body.output_check, 'repaired')
    assert.match(asked.at(-1)?.messages[0]?.content ?? '', /comma-separated values/)
  })

  test('what is no table is asked for again, and then fails with what there was', async () => {
    const { body } = await run('csv', 'no table')
    assert.equal(body.response.text, 'a,b\r\n1,2\r\n')
    assert.match(
      asked.at(-1)?.messages.at(-1)?.content ?? '',
      /is no table: it has another number of values in line 2/,
    )
    const failed = await run('csv', 'no table twice')
    assert.equal(failed.status, 502)
    assert.equal(failed.body.detail.reason, 'OUTPUT_INVALID')
    assert.deepEqual(failed.body.detail.run.files, [])
  })

  async function pdfOf({ body, task }: { body: { id: string; response: { file: string } }; task: string }) {
    const { url, project, token } = running()
    const path = `${url}${project}/task/${task}/run/${body.id}/file/${body.response.file}`
    const response = await fetch(path, { headers: { authorization: `Bearer ${token}` } })
    return (await extractText(new Uint8Array(await response.arrayBuffer()), { mergePages: true })).text
  }

  test('Markdown becomes a document, without the fence around it', async () => {
    const answer = await run('pdf', 'document')
    assert.equal(answer.body.response.text, SAID['document'])
    assert.match(await pdfOf(answer), /^Überschrift\s+Text with weight\./)
    const fenced = await run('pdf', 'in a fence')
    assert.match(await pdfOf(fenced), /^Title\s+Text\./)
    assert.equal(fenced.body.output_check, 'repaired')
  })

  const UNWRITTEN: [mark: string, message: RegExp][] = [
    ['pages', /it has \d+ pages; the limit is 3/],
    ['chinese', /no font here has its characters \(Han\)/],
    ['hebrew', /right to left/],
    ['deep', /too much|broken/],
  ]
  for (const [mark, message] of UNWRITTEN) {
    test(`no document is made, and the text is kept: ${mark}`, async () => {
      const { status, body } = await run('pdf', mark)
      assert.equal(status, 502, JSON.stringify(body).slice(0, 300))
      assert.equal(body.detail.reason, 'OUTPUT_NOT_WRITTEN')
      assert.match(body.detail.message, message)
      assert.equal(body.detail.run.error.partial, SAID[mark])
      assert.deepEqual(body.detail.run.files, [])
      assert.equal(body.detail.run.attempts[0].outcome, 'succeeded')
    })
  }

  for (const mark of ['data url', 'part of the content', 'inline']) {
    test(`an image is found where servers put it: ${mark}`, async () => {
      const { body } = await run('image', mark)
      assert.equal(body.response.media_type, 'image/png')
      assert.deepEqual((asked.at(-1) as { modalities?: unknown }).modalities, ['image', 'text'])
    })
  }

  const NO_MEDIA: [modality: string, mark: string, message: RegExp][] = [
    ['image', 'an address', /has no image within it/],
    ['image', 'no image', /of a kind that is not known/],
    ['image', 'nothing of the kind', /has no image within it/],
    ['image', 'too large', /the limit is 100000/],
    ['audio', 'nothing of the kind', /has no recording within it/],
    ['audio', 'a web page as sound', /of a kind that is not known/],
  ]
  for (const [modality, mark, message] of NO_MEDIA) {
    test(`${modality}: ${mark} fails the run, once`, async () => {
      const { status, body } = await run(modality, mark)
      assert.equal(status, 502)
      assert.equal(body.detail.reason, 'OUTPUT_INVALID')
      assert.match(body.detail.message, message)
      assert.equal(body.detail.run.attempts.length, 1)
    })
  }

  test('the endpoint for images: bytes within the answer, and nothing is fetched', async () => {
    const made = await run('image', 'b64', { llm_model_id: 'pictures' })
    assert.equal(made.body.response.media_type, 'image/png')
    for (const mark of ['url', 'none']) {
      const { body } = await run('image', mark, { llm_model_id: 'pictures' })
      assert.match(body.detail.message, /has no image within it/)
    }
  })
})
