import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type SplitrunProcess, startApiProcess, startWorkerProcess } from '../support/processes.ts'
import { assertExactRollups, recordsOf } from '../support/records.ts'
import { ADMIN_TOKEN, until, useSystem } from '../support/system.ts'

const WORKER = { SPLITRUN_CONCURRENCY: '10' }

describe('an API process and two worker processes beside another API', () => {
  const running = useSystem({ workers: 0, model: { latencyMs: 20 } })
  let api: SplitrunProcess & { url: string }
  let workers: SplitrunProcess[]
  const cleanups: (() => Promise<void> | void)[] = []
  before(async () => {
    const t = { after: (clean: () => Promise<void> | void) => void cleanups.push(clean) }
    const started = [
      startApiProcess(t, running()),
      startWorkerProcess(t, running(), WORKER),
      startWorkerProcess(t, running(), WORKER),
    ] as const
    ;[api, ...workers] = await Promise.all(started)
  })
  after(async () => {
    for (const clean of cleanups) await clean()
  })

  test('the workers share 200 runs, and each run is executed once', async () => {
    const system = running()
    const task = await system.createTask()
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const answer = await fetch(`${api.url}/api/v1${system.project}/task/${task}/run`, {
          method: 'POST',
          headers: { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ task_input: { text: `text ${index}` } }),
        })
        return { status: answer.status, body: (await answer.json()) as { id: string; status: string } }
      }),
    )
    for (const { status, body } of answers) assert.deepEqual([status, body.status], [200, 'succeeded'])

    const records = await recordsOf(
      system,
      answers.map(({ body }) => body.id),
    )
    for (const { attempts } of records)
      assert.deepEqual(
        attempts.map(({ outcome }) => outcome),
        ['succeeded'],
      )
    const shares = Map.groupBy(records, ({ attempts }) => attempts[0]?.worker)
    assert.equal(shares.size, 2)
    await assertExactRollups(system, records)
  })

  test('what one API process revokes, rotates or ends is ended in the other, which had used it a moment before', async () => {
    const system = running()
    const admin = async (path: string) =>
      (await system.call('POST', path, { name: 'ci' }, { token: ADMIN_TOKEN })).body
    const statusThere = async (token: string) =>
      (await fetch(`${api.url}/whoami`, { headers: { authorization: `Bearer ${token}` } })).status

    const key = await admin('/api_key')
    const clients = [await admin('/oauth_client'), await admin('/oauth_client')]
    const tokens = clients.map(async ({ client_id, client_secret }) => {
      const form = { grant_type: 'client_credentials', client_id, client_secret }
      const body = new URLSearchParams(form)
      // A token that one process signs is good for all: the key to sign with is theirs together.
      const answer = await fetch(`${api.url}/oauth2/token`, { method: 'POST', body })
      return ((await answer.json()) as { access_token: string }).access_token
    })
    const [revoked = '', rotated = ''] = await Promise.all(tokens)
    const task = await system.createTask()
    const taskToken = (await system.call('GET', `/task/${task}`)).body.access_token

    const endings: [string, string][] = [
      [key.token, `/api_key/${key.id}/revoke`],
      [revoked, `/oauth_client/${clients[0].id}/revoke`],
      [rotated, `/oauth_client/${clients[1].id}/rotate`],
      [taskToken, `/task/${task}/access_token/rotate`],
    ]
    for (const [token, path] of endings) {
      assert.equal(await statusThere(token), 200, path)
      const { status } = await system.call('POST', path, undefined, { token: ADMIN_TOKEN })
      assert.equal(status, 200, path)
      await until(async () => (await statusThere(token)) === 401)
    }
  })

  test('all of them exit 0 when they are stopped', async () => {
    const exits = await Promise.all([api, ...workers].map((each) => each.stop('SIGTERM')))
    for (const exit of exits) assert.deepEqual(exit, { code: 0, signal: null })
  })
})
