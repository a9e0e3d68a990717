import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runHere } from '../support/command-line.ts'
import { settingsOf } from '../support/processes.ts'
import { ADMIN_TOKEN, useSystem } from '../support/system.ts'

describe('the keys of a project, and its OAuth clients', () => {
  const running = useSystem({ env: { SPLITRUN_KEYS_MAX: '5' }, workers: 0 })
  const admin = (method: string, path: string, body?: object) =>
    running().call(method, path, body, { token: ADMIN_TOKEN })

  for (const kind of ['api_key', 'oauth_client']) {
    test(`${kind}: are as many as they may be, however many are asked for at once, until some are deleted`, async () => {
      const { project } = await running().createProject()
      const create = () => admin('POST', `${project}/${kind}`, { name: 'one more' })
      const list = async () => (await admin('GET', `${project}/${kind}`)).body as { id: string }[]
      const before = (await list()).length
      const made = await Promise.all(Array.from({ length: 12 }, create))
      assert.equal(made.filter(({ status }) => status === 200).length, 5 - before)
      const refused = made.filter(({ status }) => status !== 200)
      for (const { status, body } of refused) {
        assert.deepEqual([status, body.detail.reason], [409, 'TOO_MANY_KEYS'])
      }
      const [some] = await list()
      await admin('POST', `${project}/${kind}/${some?.id}/revoke`)
      assert.equal((await create()).status, 409, 'a revoked one is there until it is deleted')
      const args = ['token', '--project', project.split('/').at(-1) ?? '']
      if (kind === 'oauth_client') args.push('--oauth')
      const command = await runHere(args, { env: { ...settingsOf(running()), SPLITRUN_KEYS_MAX: '5' } })
      assert.deepEqual([command.code, command.stdout], [1, ''])
      assert.match(command.stderr, /^splitrun: The project has 5 of them: delete some\.\n$/)
      await admin('DELETE', `${project}/${kind}/${some?.id}`)
      assert.equal((await create()).status, 200)
      assert.equal((await list()).length, 5)
    })
  }
})
