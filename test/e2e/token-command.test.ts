import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { useSystem } from '../support/system.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')

describe('splitrun token', () => {
  const running = useSystem()

  /** What the command prints; rejects when it fails. */
  async function token(...args: string[]): Promise<Record<string, string>> {
    const { core, redis } = running()
    const { PATH = '', HOME = '' } = process.env
    const env = { PATH, HOME, REDIS_URL: redis.url, SPLITRUN_DATA_DIR: core.config.dataDir }
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'token', ...args], { env })
    return JSON.parse(stdout)
  }

  test('makes a key for a project, or for a new one, that says what it may do and for how long', async () => {
    const [, org, project = ''] = running().project.split(/\/org\/|\/project\//)
    const expires = '2100-01-01T00:00:00.000Z'
    const key = await token('--project', project, '--scopes', 'task:read', '--expires', expires)
    assert.deepEqual([key['org_id'], key['project_id'], key['expires']], [org, project, expires])
    const ask = (path: string) => running().call('GET', path, undefined, { token: key['token'] ?? '' })
    assert.deepEqual([(await ask('/task')).status, (await ask('/task_run')).status], [200, 403])
    const other = await token('--org-name', 'Acme', '--project-name', 'Web')
    const home = `/org/${other['org_id']}/project/${other['project_id']}`
    const own = await running().call('GET', `${home}/task`, undefined, { token: other['token'] ?? '' })
    assert.equal(own.status, 200)
  })

  test('makes an OAuth client', async () => {
    const { client_id = '', client_secret = '' } = await token('--oauth', '--name', 'ci')
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
    const answer = await fetch(`${running().url}/oauth2/token`, { method: 'POST', body })
    assert.equal(answer.status, 200)
  })

  test('refuses a scope, a time or a project that is not there, in a line that says which', async () => {
    for (const args of [
      ['--scopes', 'task:read,admin'],
      ['--expires', 'tomorrow'],
      ['--project', 'nowhere'],
    ]) {
      await assert.rejects(token(...args), (error: { stderr: string }) => {
        assert.match(error.stderr, new RegExp(`^splitrun: .*${args[1]?.split(',').at(-1)}\\n$`))
        return true
      })
    }
  })
})
