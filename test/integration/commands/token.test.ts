import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GRANTABLE_SCOPES, PROJECT_SCOPES } from '../../../src/tenancy/tenant.ts'
import { runHere } from '../../support/command-line.ts'
import { runCommand, settingsOf } from '../../support/processes.ts'
import { useSystem } from '../../support/system.ts'

describe('splitrun token', () => {
  const running = useSystem({ workers: 0 })
  const token = (...args: string[]) => runHere(['token', ...args], { env: settingsOf(running()) })

  /** What the command makes. */
  async function make(...args: string[]): Promise<Record<string, string>> {
    const { code, stdout, stderr } = await token(...args)
    assert.deepEqual([code, stderr], [0, ''])
    return JSON.parse(stdout)
  }

  test('makes a key for a project, or for a new one, that says what it may do and for how long', async () => {
    const [, org, project = ''] = running().project.split(/\/org\/|\/project\//)
    const expires = '2100-01-01T00:00:00.000Z'
    const key = await make('--project', project, '--scopes', 'task:read', '--expires', expires)
    assert.deepEqual([key['org_id'], key['project_id'], key['expires']], [org, project, expires])
    const ask = (path: string) => running().call('GET', path, undefined, { token: key['token'] ?? '' })
    assert.deepEqual([(await ask('/task')).status, (await ask('/task_run')).status], [200, 403])
    const other = await make('--org-name', 'Acme', '--project-name', 'Web')
    const home = `/org/${other['org_id']}/project/${other['project_id']}`
    const own = await running().call('GET', `${home}/task`, undefined, { token: other['token'] ?? '' })
    assert.equal(own.status, 200)
  })

  test('may have every scope that a key may have over HTTP, and managing keys only where it is asked for', async () => {
    const given = (await make('--scopes', GRANTABLE_SCOPES.join(',')))['scopes']
    assert.deepEqual(given, GRANTABLE_SCOPES)
    assert.deepEqual((await make())['scopes'], PROJECT_SCOPES)
  })

  test('has each scope once, and names without spaces around them', async () => {
    const made = await make('--scopes', 'run:read, run:read', '--name', ' ci ', '--expires', '2100-01-01')
    assert.deepEqual([made['scopes'], made['expires']], [['run:read'], '2100-01-01T00:00:00.000Z'])
  })

  test('makes an OAuth client', async () => {
    const { client_id = '', client_secret = '' } = await make('--oauth', '--name', 'ci')
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
    const answer = await fetch(`${running().url}/oauth2/token`, { method: 'POST', body })
    assert.equal(answer.status, 200)
  })

  test('in a process of its own, prints the key and nothing else', async () => {
    const { code, stdout, stderr } = await runCommand(running(), ['token', '--name', 'real'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(JSON.parse(stdout).token, /^sr_/)
  })

  test('refuses a scope or a time that makes no sense, names for a project that is there, and one that is not', async () => {
    const refused = [
      [['--scopes', 'task:read,admin'], 2, '"admin"'],
      [['--scopes', ''], 2, '""'],
      ...['tomorrow', '5', '2031', '2031-13-01', '2001-05-01', '2001-05-01T00:00:00Z', ''].map(
        (time) => [['--expires', time], 2, `'${time}'`] as const,
      ),
      ...['--name', '--org-name', '--project-name'].flatMap((option) =>
        ['', ' ', 'x'.repeat(101)].map((name) => [[option, name], 2, option] as const),
      ),
      [['--project', 'x', '--org-name', 'Acme'], 2, '--org-name'],
      [['--project', 'nowhere'], 1, 'nowhere'],
    ] as const
    for (const [args, expected, named] of refused) {
      const { code, stdout, stderr } = await token(...args)
      assert.deepEqual([code, stdout], [expected, ''], args.join(' '))
      assert.ok(stderr.startsWith('splitrun: ') && stderr.includes(named), stderr)
      assert.doesNotMatch(stderr, /\n\s+at /)
    }
  })
})
