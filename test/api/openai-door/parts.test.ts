import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { docxOf, pdfOf, wavOf } from '../../support/made-documents.ts'
import { modelNameOf } from '../../support/openai-client.ts'
import { red } from '../../support/pictures.ts'
import { useSystem } from '../../support/system.ts'

describe('parts of messages, in the words of either protocol', () => {
  const running = useSystem()
  const create = (fields: object = {}) =>
    running().createTask({
      ...{
        output_modality: 'text',
        output_format: null,
        file_input_mode: 'file',
        user_prompt: 'Read {text}.',
      },
      ...fields,
    })
  const chat = async (task: string, parts: unknown) =>
    running().call('POST', '/v1/chat/completions', {
      model: await modelNameOf(running(), task),
      task_input: { text: 'it' },
      messages: [{ role: 'user', content: parts }],
    })
  const respond = async (task: string, parts: unknown) =>
    running().call('POST', '/v1/responses', {
      prompt: { id: task, variables: { text: 'it' } },
      input: [{ role: 'user', content: parts }],
    })
  const runOf = async (task: string, { headers }: { headers: Headers }) =>
    (await running().call('GET', `/task/${task}/run/${headers.get('x-task-run-id')}`)).body

  test('every part with a file is a file of the run, of its kind', async () => {
    const task = await create()
    const png = (await red(64, 64).png().toBuffer()).toString('base64')
    const pdf = pdfOf('Hello').toString('base64')
    const wav = wavOf(800).toString('base64')
    const PARTS: [ask: typeof chat, part: object, extension: RegExp][] = [
      [chat, { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }, /\.png$/],
      [
        chat,
        { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` } },
        /\.pdf$/,
      ],
      [chat, { type: 'file', file: { file_data: pdf } }, /\.pdf$/],
      [chat, { type: 'input_audio', input_audio: { data: wav, format: 'wav' } }, /\.wav$/],
      [respond, { type: 'input_image', image_url: `data:image/png;base64,${png}` }, /\.png$/],
      [
        respond,
        { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` },
        /\.pdf$/,
      ],
      [respond, { type: 'input_audio', input_audio: { data: wav, format: 'wav' } }, /\.wav$/],
    ]
    for (const [ask, part, extension] of PARTS) {
      const answer = await ask(task, [part])
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      assert.match((await runOf(task, answer)).files[0], extension)
      assert.equal(answer.headers.get('x-ignored-fields'), null, JSON.stringify(part))
    }
  })

  test('what is no file within the request is refused at its place', async () => {
    const task = await create()
    const REFUSED: [ask: typeof chat, part: object, param: RegExp][] = [
      [chat, { type: 'image_url', image_url: { url: 'http://127.0.0.1/x.png' } }, /image_url\.url$/],
      [chat, { type: 'file', file: { file_id: 'file-1' } }, /file\.file_data$/],
      [chat, { type: 'file', file: { filename: 7, file_data: 'YQ==' } }, /filename$/],
      [chat, { type: 'input_audio', input_audio: 'YQ==' }, /input_audio$/],
      [chat, { type: 'input_audio', input_audio: { data: 'https://x/y.wav' } }, /input_audio\.data$/],
      [chat, { type: 'video_url', video_url: { url: 'data:,' } }, /type$/],
      [respond, { type: 'input_image', file_id: 'file-1' }, /image_url$/],
      [respond, { type: 'input_file', file_url: 'https://x/y.pdf' }, /file_data$/],
      [respond, { type: 'refusal', refusal: 'no' }, /type$/],
    ]
    for (const [ask, part, param] of REFUSED) {
      const { status, body } = await ask(task, [part])
      assert.equal(status, 400, JSON.stringify(part))
      assert.match(body.error.param ?? '', param, JSON.stringify(body))
    }
  })

  test('a document is found by its filename, and its text takes the place of the parameter', async () => {
    const task = await create({
      file_input_mode: null,
      user_prompt: 'Read {contract} and {terms}.',
      input_processors: ['contract', 'terms'].map((param_name) => ({
        ...{
          param_name,
          input_processor: 'document_content_extractor',
          config: { filename: `${param_name}.docx` },
        },
      })),
    })
    const file = (name: string, text: string) => ({
      filename: name,
      file_data: docxOf(text).toString('base64'),
    })
    const model = await modelNameOf(running(), task)
    const parts = [
      { type: 'file', file: file('TERMS.docx', 'the terms') },
      { type: 'file', file: file('contract.docx', 'the contract') },
    ]
    const chatted = await running().call('POST', '/v1/chat/completions', {
      ...{ model, task_input: {}, messages: [{ role: 'user', content: parts }] },
    })
    const responded = await running().call('POST', '/v1/responses', {
      prompt: {
        id: task,
        variables: {
          terms: { type: 'input_file', ...file('terms.docx', 'the terms') },
          contract: { type: 'input_file', ...file('contract.docx', 'the contract') },
        },
      },
    })
    for (const answer of [chatted, responded]) {
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      const { contract, terms } = (await runOf(task, answer)).run_data.submitted
      assert.deepEqual({ contract, terms }, { contract: 'the contract', terms: 'the terms' })
    }
  })

  test('where files stand in the place of variables, the model reads of which kind they are, and their number', async () => {
    const task = await create({ user_prompt: '{a} {b} {c} {d} {e}' })
    const png = (await red(64, 64).png().toBuffer()).toString('base64')
    const file = (data: Buffer) => ({ type: 'input_file', file_data: data.toString('base64') })
    const answer = await running().call('POST', '/v1/responses', {
      prompt: {
        id: task,
        variables: {
          a: file(pdfOf('one')),
          b: { type: 'input_image', image_url: `data:image/png;base64,${png}` },
          c: file(docxOf('two')),
          d: { type: 'input_audio', input_audio: { data: wavOf(800).toString('base64'), format: 'wav' } },
          e: { type: 'input_text', text: 'words' },
        },
      },
    })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    const { submitted } = (await runOf(task, answer)).run_data
    assert.deepEqual(submitted, {
      a: '[document 1]',
      b: '[image 1]',
      c: '[document 2]',
      d: '[recording 1]',
      e: 'words',
    })
  })

  test('what is no document is refused as a bad request, as what is no image is', async () => {
    const id = await create({ user_prompt: '{a}' })
    const file_data = Buffer.from([0, 1, 2, 3, 4, 5]).toString('base64')
    const a = { type: 'input_file', file_data }
    const answer = await running().call('POST', '/v1/responses', { prompt: { id, variables: { a } } })
    assert.deepEqual([answer.status, answer.body.error.code], [400, 'unsupported_file'])
  })
})
