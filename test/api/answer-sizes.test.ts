import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import { MOST_ISSUES } from '../../src/platform/errors.ts'
import { ADMIN_TOKEN, useSystem } from '../support/system.ts'

/** Bytes: a hundred issues, each with its place and message. */
const LARGEST_REFUSAL = 40_000
const ABSENT = '00000000-0000-7000-8000-000000000000'

describe('what is wrong with a request', () => {
  const running = useSystem({ env: { SPLITRUN_PARAMETERS_MAX: '150' } })

  /** Sends a body of text, and holds what comes back to its size. */
  async function send(path: string, body: string, token: string) {
    const answer = await fetch(running().checkedUrl + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    })
    const text = await answer.text()
    assert.ok(text.length < LARGEST_REFUSAL, `${path} ${body.slice(0, 50)} brings ${text.length} bytes`)
    assert.ok(JSON.stringify([...answer.headers]).length < 5000, `${path} ${body.slice(0, 50)}: headers`)
    assert.ok(answer.status < 500, `${answer.status} ${text.slice(0, 200)}`)
    return { status: answer.status, body: JSON.parse(text) }
  }

  /** Bytes of a body: an answer that repeats it is too large. */
  const MUCH = LARGEST_REFUSAL + 10_000

  test('is told in a small answer on every route, however much is wrong', async () => {
    const { core, project, token } = running()
    const [, , org = '', , id = ''] = project.split('/')
    /** Values of about so many bytes, each wrong in its own way. */
    const values = (size: number) => {
      const members = Array.from({ length: size / 15 }, (_, at) => `"k${at}": ${at}`).join(',')
      const list = `[${'1234567,'.repeat(size / 8)}1]`
      const long = 'k'.repeat(size)
      return [`{${members}}`, list, `[{${members}}]`, `{"${long}": 1}`, `"${long}"`]
    }
    const whole = values(MUCH)
    for (const declared of declareEndpoints(core.config).filter(({ body }) => body)) {
      const path = declared.path
        .replace(':org_id', org)
        .replace(':project_id', id)
        .replaceAll(/:\w+_id/g, ABSENT)
      const bearer = ['admin', 'key:write'].includes(declared.scope) ? ADMIN_TOKEN : token
      const shape = (declared.body as { shape?: object; in?: { shape?: object } } | undefined)?.shape ?? {}
      const names = Object.keys(shape)
      const inEach = names.length > 0 ? values(MUCH / names.length) : []
      const bodies = [
        ...whole,
        ...inEach.map((value) => `{${names.map((name) => `"${name}": ${value}`).join(',')}}`),
      ]
      for (const body of bodies) await send(path, body, bearer)
    }
  })

  test('is cut, counted, and ends with how much more there is', async () => {
    const task = await running().createTask({
      user_prompt: Array.from({ length: 150 }, (_, at) => `{p${at}}`).join(' '),
    })
    const { project, token } = running()
    const { status, body } = await send(`${project}/task/${task}/run`, '{"task_input": {}}', token)
    assert.deepEqual([status, body.detail.length], [422, MOST_ISSUES])
    assert.deepEqual(body.detail[0].loc, ['body', 'task_input', 'p0'])
    assert.deepEqual(body.detail.at(-1), { loc: ['body'], msg: 'and 51 more', type: 'more' })
  })

  test('parameters of a revision are accepted at their limit and refused one past it, in both prompts together', async () => {
    const prompt = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => `{p${from + at}}`).join(' ')
    await running().createTask({ system_prompt: prompt(0, 100), user_prompt: prompt(50, 150) })
    const past = running().createTask({ system_prompt: prompt(0, 100), user_prompt: prompt(50, 151) })
    await assert.rejects(past, /151 parameters/)
  })
})
