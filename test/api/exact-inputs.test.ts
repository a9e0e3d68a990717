import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'

const NUMBERS = '{"id": 12345678901234567890, "huge": [1e400, -1E+999], "plain": 1.5}'
const WRITTEN = '{"id":12345678901234567890,"huge":[1e400,-1E+999],"plain":1.5}'

describe('inputs are what was sent', () => {
  const running = useSystem()

  /** What the models were asked, newest last: their own text of each request. */
  async function start(text: string, as: 'json' | 'form' | 'text', task: string, query = '') {
    const { checkedUrl, project, token } = running()
    const form = new FormData()
    form.append('task_input', text)
    const bodies = { json: `{"task_input": ${text}}`, text: JSON.stringify({ task_input: text }), form }
    const answer = await fetch(`${checkedUrl}${project}/task/${task}/run${query}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(as === 'form' ? {} : { 'content-type': 'application/json' }),
        'idempotency-key': `${as}-${task}-${query}`,
      },
      body: bodies[as],
    })
    return { status: answer.status, text: await answer.text() }
  }
  async function read(path: string): Promise<string> {
    const { checkedUrl, project, token } = running()
    const answer = await fetch(checkedUrl + project + path, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(answer.status, 200)
    return answer.text()
  }

  for (const as of ['json', 'form', 'text'] as const) {
    test(`with every digit, sent as ${as}: in the prompt, the answer, the record and lists`, async () => {
      const task = await running().createTask({ user_prompt: '{numbers}' })
      const same = await running().createTask({ user_prompt: '{numbers}' })
      const { status, text } = await start(`{"numbers": ${NUMBERS}}`, as, task)
      assert.equal(status, 200)
      assert.ok(text.includes(`"submitted":{"numbers":${WRITTEN}}`), text)
      const run = JSON.parse(text)
      // The prompt is known by its hash: that of the same text, sent as a string.
      const asText = await start(`{"numbers": ${JSON.stringify(WRITTEN)}}`, as, same)
      assert.equal(run.prompt_hash, JSON.parse(asText.text).prompt_hash)
      assert.equal(await read(`/task/${task}/run/${run.id}`), text)
      assert.ok((await read(`/task/${task}/run`)).includes(`{"numbers":${WRITTEN}}`))
      // And again by its key, which tells one number from another.
      assert.equal((await start(`{"numbers": ${NUMBERS}}`, as, task)).text, text)
      const other = await start(`{"numbers": ${NUMBERS.replace('7890', '7891')}}`, as, task)
      assert.match(other.text, /IDEMPOTENCY_KEY_REUSED/)
    })
  }

  test('whoever executes it: handed over at once, or taken from the queue', async () => {
    const task = await running().createTask({ user_prompt: '{n}' })
    const ids = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const { text } = await start(
          '{"n": 12345678901234567890}',
          'json',
          task,
          `?wait=0&reporting_group=${at}`,
        )
        return JSON.parse(text).id as string
      }),
    )
    const runs = await Promise.all(
      ids.map(async (id) => JSON.parse(await read(`/task/${task}/run/${id}?wait=30`))),
    )
    assert.equal(new Set(runs.map((run) => run.prompt_hash)).size, 1)
    const asText = await start('{"n": "12345678901234567890"}', 'json', task)
    assert.equal(JSON.parse(asText.text).prompt_hash, runs[0].prompt_hash)
  })

  test('also what is called __proto__, as an input and as a parameter', async () => {
    const task = await running().createTask({ user_prompt: 'Say {__proto__} and {constructor}.' })
    const inputs = '{"__proto__":{"a":1},"constructor":"c"}'
    for (const as of ['json', 'form', 'text'] as const) {
      const { status, text } = await start(inputs, as, task)
      assert.equal(status, 200, text)
      assert.ok(text.includes(`"submitted":${inputs}`), text)
    }
    const { status, text } = await start('{"constructor": "c"}', 'json', task, '?wait=1')
    assert.equal(status, 422)
    assert.deepEqual(JSON.parse(text).detail[0].loc, ['body', 'task_input', '__proto__'])
  })

  test('numbers of other members are read as ever', async () => {
    const task = await running().createTask()
    const send = (config: string) =>
      running().call(
        'POST',
        `/task/${task}/run`,
        `{"task_input": {"text": 1e400}, "llm_config": ${config}}`,
        {
          headers: { 'content-type': 'application/json' },
        },
      )
    assert.equal((await send('{"temperature": 0.33333333333333333333}')).body.llm_config.temperature, 1 / 3)
    assert.equal((await send('{"temperature": 1e400}')).status, 422)
  })
})
