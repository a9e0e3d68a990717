import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'

type Fields = readonly (readonly [string, string])[]

describe('forms, urlencoded and multipart', () => {
  const running = useSystem({ env: { SPLITRUN_FIELDS_MAX: '12' } })

  const sendUrlencoded = (path: string, fields: Fields) =>
    running().call('POST', path, new URLSearchParams(fields.map(([...pair]) => pair)).toString(), {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  function sendMultipart(path: string, fields: Fields) {
    const form = new FormData()
    for (const [name, value] of fields) form.append(name, value)
    return running().call('POST', path, form)
  }
  const sendBoth = async (path: string, fields: Fields) => [
    await sendUrlencoded(path, fields),
    await sendMultipart(path, fields),
  ]

  test('text that looks like JSON stays text where text is wanted', async () => {
    const task = await running().createTask()
    for (const reference of ['[12]', '{"a": 1}', 'null', '12', ' [x', '']) {
      const fields = [['task_input', '{"text": "[1]"}'] as const, ['reference', reference] as const]
      for (const { status, body } of await sendBoth(`/task/${task}/run`, fields)) {
        assert.deepEqual([status, body.reference], [200, reference])
        assert.deepEqual(body.run_data.submitted, { text: '[1]' })
      }
    }
  })

  test('JSON that is called a form, as curl calls it, is JSON', async () => {
    const task = await running().createTask()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const run = (text: string) => running().call('POST', `/task/${task}/run`, text, { headers })
    const { status, body } = await run(' {"task_input": {"text": "a=b&c"}, "reference": "r"}')
    assert.deepEqual([status, body.run_data.submitted, body.reference], [200, { text: 'a=b&c' }, 'r'])
    assert.equal((await run('{"task_input": ')).body.detail.reason, 'MALFORMED_JSON')
  })

  test('objects, lists, numbers and booleans are read where they are wanted', async () => {
    const fields = (name: string): Fields => [
      ['name', name],
      ['enabled', 'true'],
      ['exposed_to_agents', 'false'],
      ['system_prompt', '[answer]'],
      ['user_prompt', '{"text": {text}}'],
      ['llm_model_id', 'simulated-large'],
      ['llm_config', '{"temperature": 0.5}'],
      ['output_format', '{"answer": "string"}'],
      ['input_processors', '[{"a": 1}]'],
    ]
    const made = [await sendUrlencoded('/task', fields('12')), await sendMultipart('/task', fields('[13]'))]
    assert.deepEqual(
      made.map(({ status, body }) => [status, body.name ?? body.detail[0].loc]),
      [
        [200, '12'],
        [422, ['body', 'name']],
      ],
      'a name is text, whatever it looks like',
    )
    const { body } = await sendMultipart('/task', fields('13'))
    for (const task of [made[0]?.body, body]) {
      const [revision] = task.revisions
      assert.deepEqual([task.enabled, task.exposed_to_agents], [true, false])
      assert.deepEqual([revision.system_prompt, revision.user_prompt], ['[answer]', '{"text": {text}}'])
      assert.deepEqual(revision.output_format, { answer: 'string' })
      assert.deepEqual(revision.llm_config, { temperature: 0.5 })
    }
  })

  test('a field that is no JSON, or sent twice, is refused with its name', async () => {
    const task = await running().createTask()
    const cases: [Fields, string][] = [
      [
        [
          ['task_input', '{}'],
          ['llm_config', '{"temperature"'],
        ],
        'llm_config',
      ],
      [
        [
          ['task_input', '{}'],
          ['task_input', '{}'],
        ],
        'task_input',
      ],
      [[['task_input', '[1]']], 'task_input'],
    ]
    for (const [fields, name] of cases) {
      for (const { status, body } of await sendBoth(`/task/${task}/run`, fields)) {
        assert.deepEqual([status, body.detail[0].loc.slice(0, 2)], [422, ['body', name]])
      }
    }
  })

  test('a field that is not known is ignored, and named', async () => {
    const task = await running().createTask()
    for (const name of ['no_such_field', '__proto__', 'constructor']) {
      const fields: Fields = [
        ['task_input', '{"text": "tea"}'],
        [name, '{"a": 1}'],
      ]
      for (const { status, headers } of await sendBoth(`/task/${task}/run`, fields)) {
        assert.deepEqual([status, headers.get('x-ignored-fields')], [200, name])
      }
    }
  })

  test('the number of fields is accepted at its limit and refused one past it', async () => {
    const task = await running().createTask()
    const fields = (count: number): Fields => Array.from({ length: count }, (_, at) => [`f${at}`, '1'])
    for (const { status } of await sendBoth(`/task/${task}/run`, fields(12))) assert.equal(status, 422)
    for (const { status, body } of await sendBoth(`/task/${task}/run`, fields(13))) {
      assert.deepEqual([status, body.detail.reason], [413, 'BODY_TOO_LARGE'])
    }
  })

  test('parts without a name, without an end or with a head beyond measure are no way around the limits', async () => {
    const task = await running().createTask()
    const send = (body: string) =>
      running().call('POST', `/task/${task}/run`, body, {
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      })
    const nameless = '--b\r\nX: y\r\n\r\nz\r\n'
    for (const count of [1, 21, 1000]) {
      const refused = await send(`${nameless.repeat(count)}--b--\r\n`)
      assert.deepEqual([refused.status, refused.body.detail.reason], [400, 'MALFORMED_REQUEST'])
    }
    const same = '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nz\r\n'
    const many = await send(`${same.repeat(13)}--b--\r\n`)
    assert.deepEqual([many.status, many.body.detail.reason], [413, 'BODY_TOO_LARGE'])
    const name = 'x'.repeat(20_000)
    const head = await send(`--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nz\r\n--b--\r\n`)
    assert.ok(head.status === 400 || head.status === 422, `${head.status}`)
  })
})
