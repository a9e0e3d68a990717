import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { anyJson, anyKey, anyText, damaged } from '../support/arbitrary-text.ts'
import fc from '../support/fast-check.ts'
import { fuzz } from '../support/fuzz.ts'
import { useSystem } from '../support/system.ts'

describe("whatever is sent to /v1, the answer has OpenAI's shape and is no failure of ours", () => {
  const running = useSystem()
  let text: string
  let object: string
  before(async () => {
    text = await running().createTask({ output_modality: 'text' })
    object = await running().createTask()
  })

  /** Every answer but a failure of this service; each refusal has a message, and says whether to repeat; each stream ends. */
  async function assertCivil(answer: Response): Promise<void> {
    const body = await answer.text()
    const about = `${answer.status} ${body.slice(0, 500)}`
    assert.ok(answer.status >= 200 && answer.status < 500 && answer.status !== 422, about)
    if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
      const data = body.split('\n').filter((line) => line.startsWith('data: '))
      const last = data.at(-1)?.slice(6) ?? ''
      assert.ok(last === '' || last === '[DONE]' || /^(response\.|error$)/.test(JSON.parse(last).type), about)
      return
    }
    const json = JSON.parse(body)
    if (answer.status < 400) return
    assert.ok(typeof json.error.message === 'string' && typeof json.error.code === 'string', about)
    assert.match(answer.headers.get('x-should-retry') ?? '', /^(true|false)$/, about)
  }
  const ask = (path: string, body?: string, more: Record<string, string> = {}) =>
    fetch(`${running().url}/v1/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${running().token}`, 'content-type': 'application/json', ...more },
      ...(body === undefined ? {} : { body }),
    })
  const send = async (path: string, body: string) => assertCivil(await ask(path, body))
  const check = <T>(runs: number, values: fc.Arbitrary<T>, property: (value: T) => Promise<void>) =>
    fc.assert(fc.asyncProperty(values, property), fuzz(runs) as fc.Parameters<[T]>)

  const task = fc.boolean().map((isText) => (isText ? text : object))
  const response = (id: string) => ({
    ...{ prompt: { id, variables: { text: 'tea' } }, stream: true, temperature: 0.1, background: false },
    metadata: { reference: 'r' },
  })
  const chat = (id: string) => ({
    ...{ model: `task/${id}`, messages: [{ role: 'user', content: [{ type: 'text', text: 'tea' }] }] },
    ...{ stream: true, stream_options: { include_usage: true } },
  })

  test('bodies, damaged', async () => {
    await check(
      120,
      task.chain((id) => damaged(JSON.stringify(response(id)))),
      (body) => send('responses', body),
    )
    await check(
      120,
      task.chain((id) => damaged(JSON.stringify(chat(id)))),
      (body) => send('chat/completions', body),
    )
  })

  test('members of any value', async () => {
    const names = fc.constantFrom(
      ...[
        'prompt',
        'input',
        'text',
        'stream',
        'stream_options',
        'background',
        'metadata',
        'tools',
        'store',
        'n',
      ],
      ...['messages', 'model', 'task_input', 'response_format', 'max_tokens', 'reasoning', 'include', 'user'],
    )
    const members = fc.dictionary(fc.oneof(names, anyKey), anyJson, { maxKeys: 3 })
    await check(120, fc.tuple(task, members), async ([id, more]) => {
      await send('responses', JSON.stringify({ ...response(id), ...more }))
      await send('chat/completions', JSON.stringify({ ...chat(id), ...more }))
    })
  })

  test('prompts and messages of any kind', () =>
    check(120, fc.tuple(task, anyText, anyJson, anyJson), async ([id, name, value, content]) => {
      const variables = { text: value, [name]: value }
      await send('responses', JSON.stringify({ prompt: { id, version: name, variables }, stream: true }))
      await send('responses', JSON.stringify({ prompt: { id: name }, input: content }))
      const messages = [{ role: 'user', content }]
      await send('chat/completions', JSON.stringify({ model: `task/${id}@${name}`, messages }))
      await send('chat/completions', JSON.stringify({ model: `task/${id}`, messages, stream: true }))
    }))

  test('paths, numbers to go on behind, and keys', async () => {
    const made = (await (
      await ask('responses', JSON.stringify({ ...response(text), stream: false }))
    ).json()) as {
      id: string
    }
    const odd = fc.oneof(
      anyText.map((each) => encodeURIComponent(each.toWellFormed())),
      fc.integer().map(String),
      fc.constantFrom('%', '%zz', '%e0%a4', '2147483647', '9'.repeat(400)),
    )
    await check(120, fc.tuple(odd, fc.nat(2 ** 31 - 1)), async ([part, number]) => {
      await assertCivil(await ask(`responses/${made.id}?stream=true&starting_after=${part}`))
      await assertCivil(await ask(`responses/${made.id}?stream=true&starting_after=${number}`))
      await assertCivil(await ask(`responses/${made.id}?stream=${part}`))
      for (const path of [`responses/${part}`, `models/${part}`, `models/task/${part}`, part]) {
        await assertCivil(await ask(path))
      }
      await assertCivil(await ask(`responses/${part}/cancel`, ''))
      const key = part.slice(0, 300)
      await assertCivil(await ask('responses', JSON.stringify(response(text)), { 'idempotency-key': key }))
    })
  })

  test('and the process has lived through all of it', async () => {
    assert.equal((await fetch(`${running().url}/readyz`)).status, 200)
    await send('responses', JSON.stringify(response(text)))
  })
})
