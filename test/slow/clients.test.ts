import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { BrainClient, BrainClientError } from '@rightbrain/sdk'
import sharp from 'sharp'
import { ClientCredentials } from 'simple-oauth2'
import { ADMIN_TOKEN, useSystem } from '../support/system.ts'
import { startTlsProxy } from '../support/tls-proxy.ts'

const ACTION = join(import.meta.dirname, '../fixtures/ci-action.ts')

describe('clients of others, as they are', () => {
  const running = useSystem()
  const ids = () =>
    running()
      .project.split('/')
      .filter((part) => part.length === 36) as [string, string]

  for (const mount of ['', '/api/v1']) {
    const sdk = (accessToken = running().token): BrainClient => {
      const [organizationId, projectId] = ids()
      return new BrainClient({
        accessToken,
        baseUrl: running().checkedUrl + mount,
        organizationId,
        projectId,
      })
    }
    const refusal = async (call: Promise<unknown>): Promise<BrainClientError> => {
      const error = await call.then(
        () => assert.fail('it was not refused'),
        (reason: unknown) => reason,
      )
      return error instanceof BrainClientError ? error : assert.fail(String(error))
    }
    const fields = (name: string, llm_model_id: string) => ({
      name: `${name} ${mount.replaceAll('/', ' ')}`.trim(),
      description: 'made by the SDK',
      system_prompt: 'You answer.',
      user_prompt: 'Say something about {text}.',
      llm_model_id,
      output_format: { answer: 'string', score: { type: 'number', description: 'from 0 to 1' } },
      enabled: true,
      image_required: false,
    })

    test(`the npm SDK finds models, creates tasks and runs them, at ${mount || 'the root'}`, async () => {
      const models = await sdk().listModels()
      assert.ok(Array.isArray(models) && models.length > 0)
      const model = await sdk().getModelIdByName('SIMULATED-large')
      assert.ok(model && models.some(({ id }) => id === model))
      assert.equal(await sdk().getModelIdByName('no such model'), null)

      const task = await sdk().createTask(fields('text', model))
      assert.equal(task.active_revisions.length, 1)
      const run = await sdk().runTask<object, { answer: string; score: number }>(task.id, { text: 'tea' })
      assert.equal(run.task_id, task.id)
      assert.equal(run.task_revision_id, task.revisions[0].id)
      assert.deepEqual(run.run_data.submitted, { text: 'tea' })
      assert.deepEqual([typeof run.response.answer, typeof run.response.score], ['string', 'number'])
      assert.equal(run.total_tokens, run.input_tokens + run.output_tokens)
      assert.ok(run.total_tokens > 0 && run.created.endsWith('Z'))
    })

    test(`the npm SDK sends a file, at ${mount || 'the root'}`, async () => {
      const model = (await sdk().getModelIdByName('simulated-large')) ?? ''
      const task = await sdk().createTask({ ...fields('photo', model), image_required: true })
      const image = sharp({ create: { width: 32, height: 32, channels: 3, background: 'teal' } })
      const photo = new File([new Uint8Array(await image.jpeg().toBuffer())], 'photo.jpg', {
        type: 'image/jpeg',
      })
      const run = await sdk().runTask(task.id, { text: 'a photo' }, photo)
      assert.match((run.run_data as unknown as { files: string[] }).files.join(), /^[0-9a-f-]{36}\.jpeg$/)
      assert.equal((await refusal(sdk().runTask(task.id, { text: 'no photo' }))).statusCode, 422)
      const fake = new File(['not a photo'], 'photo.jpg', { type: 'image/jpeg' })
      assert.equal((await refusal(sdk().runTask(task.id, { text: 'x' }, fake))).statusCode, 415)
    })

    test(`the npm SDK reads every error as JSON with its status, at ${mount || 'the root'}`, async () => {
      const model = (await sdk().getModelIdByName('simulated-large')) ?? ''
      const task = await sdk().createTask(fields('errors', model))
      const reader = await running().createToken(['task:read'])
      const cases: [BrainClient, string, number, object][] = [
        [sdk(), crypto.randomUUID(), 404, { detail: { reason: 'TASK_NOT_FOUND' } }],
        [sdk(), 'no-uuid', 400, { detail: { reason: 'MALFORMED_ID' } }],
        [sdk('wrong'), task.id, 401, { error: { code: 401 } }],
        [sdk(reader), task.id, 403, { detail: { reason: 'PERMISSION_CHECK_FAILED' } }],
        [sdk(), task.id, 422, { detail: [{ loc: ['body', 'task_input', 'text'] }] }],
      ]
      for (const [client, id, status, body] of cases) {
        const error = await refusal(client.runTask(id, {}))
        assert.equal(error.statusCode, status)
        assert.partialDeepStrictEqual(error.response, body)
      }
      assert.equal((await refusal(sdk().createTask(fields('errors', model)))).statusCode, 400)
      assert.equal((await refusal(sdk('wrong').listModels())).statusCode, 401)
    })

    test(`simple-oauth2 gets a token, at ${mount || 'the root'}`, async () => {
      const made = await running().call('POST', '/oauth_client', { name: 'ci' }, { token: ADMIN_TOKEN })
      const client = { id: made.body.client_id, secret: made.body.client_secret }
      const auth = { tokenHost: running().checkedUrl, tokenPath: `${mount}/oauth2/token` }
      const ways = [
        {},
        { credentialsEncodingMode: 'loose' },
        { authorizationMethod: 'body' },
        { authorizationMethod: 'body', bodyFormat: 'json' },
      ] as const
      for (const options of ways) {
        const { token } = await new ClientCredentials({ client, auth, options }).getToken({
          scope: ['task:read', 'run:write', 'task:write'],
        })
        assert.equal(token['scope'], 'task:read task:write run:write')
        assert.ok((await sdk(String(token['access_token'])).listModels()).length > 0)
      }
      const wrong = new ClientCredentials({ client: { ...client, secret: 'sr_wrong' }, auth })
      await assert.rejects(wrong.getToken({}), ({ data }: { data: { payload: object } }) => {
        assert.partialDeepStrictEqual(data.payload, { error: 'invalid_client' })
        return true
      })
    })
  }

  test("a CI action runs a task over https with the task's access token and nothing else", async (t) => {
    const proxy = await startTlsProxy({ after: (clean) => t.after(clean) }, running().checkedUrl)
    const task = await running().createTask()
    const { access_token } = (await running().call('GET', `/task/${task}`)).body
    const { stdout } = await promisify(execFile)(process.execPath, [ACTION], {
      env: {
        PATH: process.env['PATH'],
        NODE_EXTRA_CA_CERTS: proxy.certificate,
        TASK_API_HOST: proxy.host,
        TASK_ACCESS_TOKEN: access_token,
        TASK_INPUT: JSON.stringify({ text: 'tea' }),
      },
    })
    const run = JSON.parse(stdout)
    assert.deepEqual([run.status, run.task_id, run.user_id], ['succeeded', task, task])
    assert.equal(typeof run.response.answer, 'string')
  })
})
