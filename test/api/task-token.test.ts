import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ADMIN_TOKEN, type Answer, until, useSystem } from '../support/system.ts'

const ABSENT = '00000000-0000-7000-8000-000000000000'

describe("a task's access token", () => {
  const running = useSystem({ env: { SPLITRUN_ISSUER: 'https://splitrun.example/' } })
  const input = { task_input: { text: 'tea' } }

  const call = (token: string, method: string, path: string, body?: object): Promise<Answer> =>
    running().call(method, path, body, { token })
  const tokenOf = async (task: string): Promise<string> =>
    (await running().call('GET', `/task/${task}`)).body.access_token
  const statusWith = async (token: string, task: string): Promise<number> =>
    (await call(token, 'GET', `/task/${task}/run`)).status
  const whoami = async (token: string): Promise<Answer> => {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${running().checkedUrl}/api/v1/whoami`, { headers })
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }
  /** As a client does it that knows nothing of base64url. */
  const decode = (token: string) => JSON.parse(atob(token.split('.')[1] ?? ''))

  test('it is a JWT that names task, project and organisation, readable by plain atob', async () => {
    const task = await running().createTask()
    const { body: shown } = await running().call('GET', `/task/${task}`)
    const segments = shown.access_token.split('.')
    assert.equal(segments.length, 3)
    assert.doesNotMatch(segments[1], /[-_]/)
    const created = Math.floor(Date.parse(shown.created) / 1000)
    const [org_id, project_id] = running()
      .project.split('/')
      .filter((part) => part.length === 36)
    assert.deepEqual(decode(shown.access_token), {
      iss: 'https://splitrun.example',
      sub: task,
      aud: [`https://splitrun.example/tasks/${task}`, `https://aud.rightbrain.ai/tasks/${task}`],
      iat: created,
      nbf: created,
      exp: created + 3650 * 86_400,
      jti: task,
      ext: { org_id, project_id },
    })
  })

  test('every answer that shows a task shows the same one, to callers that may read tasks', async () => {
    const { body: made } = await running().call('POST', '/task', {
      ...{ name: 'shown', enabled: true, system_prompt: 'x', user_prompt: 'y' },
      ...{ llm_model_id: 'simulated-large', output_format: { a: 'string' } },
    })
    const answers = [
      await running().call('GET', `/task/${made.id}`),
      await running().call('POST', `/task/${made.id}`, { description: 'more' }),
      await running().call('GET', `/task/${made.id}`, undefined, { token: ADMIN_TOKEN }),
    ].map(({ body }) => body)
    const listed = (await running().call('GET', '/task')).body.results
    answers.push(listed.find(({ id }: { id: string }) => id === made.id))
    const writer = await running().createToken(['task:write'])
    const seen = await call(writer, 'POST', `/task/${made.id}`, { description: 'less' })
    assert.equal(seen.body.access_token, null)
    answers.push((await running().call('DELETE', `/task/${made.id}`)).body)
    for (const { access_token } of answers) assert.equal(access_token, made.access_token)
  })

  test('it runs its task, and reads and cancels the runs', async () => {
    const task = await running().createTask()
    const token = await tokenOf(task)
    const run = await call(token, 'POST', `/task/${task}/run`, input)
    assert.deepEqual([run.status, run.body.user_id], [200, task])
    assert.equal((await call(token, 'GET', `/task/${task}/run/${run.body.id}`)).status, 200)
    assert.equal((await call(token, 'GET', `/task/${task}/run`)).body.results.length, 1)
    const file = await call(token, 'GET', `/task/${task}/run/${run.body.id}/file/x.jpeg`)
    assert.equal(file.body.detail.reason, 'FILE_NOT_FOUND')
    const cancelled = await call(token, 'POST', `/task/${task}/run/${run.body.id}/cancel`)
    assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'succeeded'])
    const { status, body } = await whoami(token)
    assert.deepEqual([status, body.client.kind, body.client.task_id], [200, 'task', task])
    assert.deepEqual(body.client.scopes, ['run:read', 'run:write'])
  })

  test('it does nothing else: other tasks are absent to it, and the project is closed', async () => {
    const [task, other] = [await running().createTask(), await running().createTask()]
    const run = (await running().call('POST', `/task/${other}/run`, input)).body.id
    const token = await tokenOf(task)
    const paths = [`/task/${other}/run`, `/task/${other}/run/${run}`, `/task/${other}`]
    for (const path of paths) {
      for (const method of path.endsWith('/run') ? ['GET', 'POST'] : ['GET']) {
        const seen = await call(token, method, path, method === 'POST' ? input : undefined)
        const absent = await call(token, method, path.replace(other, ABSENT))
        assert.equal(seen.status, 404, path)
        assert.deepEqual(seen.body, absent.body)
        assert.deepEqual(seen.body, (await running().call('GET', `/task/${ABSENT}`)).body)
      }
    }
    const stray = await call(token, 'GET', `/task/${task}/run/${run}`)
    assert.deepEqual([stray.status, stray.body.detail.reason], [404, 'TASK_RUN_NOT_FOUND'])
    const refused: [string, string][] = [
      ['GET', `/task/${task}`],
      ['POST', `/task/${task}`],
      ['DELETE', `/task/${task}`],
      ['POST', `/task/${task}/access_token/rotate`],
      ['GET', '/task'],
      ['POST', '/task'],
      ['GET', '/task_run'],
      ['GET', '/model'],
      ['GET', '/api_key'],
      ['GET', '/org'],
    ]
    for (const [method, path] of refused) {
      const { status, body } = await call(token, method, path)
      assert.deepEqual([status, body.detail.reason], [403, 'PERMISSION_CHECK_FAILED'], `${method} ${path}`)
    }
    const foreign = await running().createProject()
    assert.equal((await call(token, 'GET', `${foreign.project}/task/${task}/run`)).status, 404)
    assert.equal((await running().call('GET', '/task_run')).body.results.length, 2)
  })

  test('a rotation shows the new one from then on and ends the old one; a second ends the first', async () => {
    const task = await running().createTask()
    const tokens = [await tokenOf(task)]
    for (let round = 0; round < 2; round += 1) {
      const { status, body } = await running().call('POST', `/task/${task}/access_token/rotate`)
      assert.deepEqual([status, body.id], [200, task])
      assert.equal(await tokenOf(task), body.access_token)
      assert.equal(await statusWith(body.access_token, task), 200)
      tokens.push(body.access_token)
      for (const old of tokens.slice(0, -1)) {
        await until(async () => (await statusWith(old, task)) === 401)
      }
      assert.doesNotMatch(body.access_token.split('.')[1], /[-_]/)
    }
    assert.equal(new Set(tokens).size, 3)
    const absent = await running().call('POST', `/task/${ABSENT}/access_token/rotate`)
    assert.deepEqual([absent.status, absent.body.detail.reason], [404, 'TASK_NOT_FOUND'])
  })

  test('with its task it is gone', async () => {
    const task = await running().createTask()
    const token = await tokenOf(task)
    await running().call('DELETE', `/task/${task}`)
    await until(async () => (await statusWith(token, task)) === 401)
    assert.equal((await whoami(token)).status, 401)
  })
})
