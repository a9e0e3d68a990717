import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withCommands } from './embedded-redis.ts'
import {
  descendantsOf,
  endProcess,
  type ListedProcess,
  listProcesses,
  type SplitrunProcess,
  startProcess,
} from './processes.ts'
import { lendRedisProgram } from './redis.ts'
import { type Cleanup, until } from './system.ts'

/** An installation as `npm start` starts it. */
export interface StartedDemo {
  readonly process: SplitrunProcess
  /** What it says. */
  readonly text: string
  readonly demo: {
    url: string
    admin_token: string
    org_id: string
    project_id: string
    token: string
    tasks: Record<'sentiment' | 'photo' | 'summary', string>
  }
  readonly below: readonly ListedProcess[]
}

/** A folder for its data; what still runs on it, and it itself, go with the test. */
export async function makeDataDir(t: Cleanup): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'splitrun-start-'))
  t.after(async () => {
    for (const { pid, command } of listProcesses()) if (command.includes(dataDir)) endProcess(pid)
    await rm(dataDir, { recursive: true, force: true })
  })
  await lendRedisProgram(dataDir)
  return dataDir
}

/** Starts it, and waits until it says how to end it. */
export async function startDemo(
  t: Cleanup,
  dataDir: string,
  env: Record<string, string> = {},
): Promise<StartedDemo> {
  const dev = startProcess(t, 'dev', { PORT: '0', SPLITRUN_DATA_DIR: dataDir, ...env })
  await dev.wrote(/Ctrl-C.*\n/)
  return {
    process: dev,
    text: dev.output(),
    demo: JSON.parse(await readFile(join(dataDir, 'dev.json'), 'utf8')),
    below: descendantsOf(dev.pid),
  }
}

/**
 * Kills the Redis of an installation, once it has written all that it has acknowledged: while the disk takes its time it
 * may keep that for two seconds.
 */
export async function killRedis(dataDir: string, { pid }: ListedProcess): Promise<void> {
  await withCommands(join(dataDir, 'redis/redis.sock'), (redis) =>
    until(async () => /aof_buffer_length:0\r/.test(await redis.info('persistence'))),
  )
  process.kill(pid, 'SIGKILL')
}

/** Makes the request of the printed curl, from its very words. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into the answer
export async function pastedCurl(text: string): Promise<any> {
  const words = [...text.slice(text.indexOf('curl ')).matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  )
  const after = (flag: string): string[] =>
    words.flatMap((word, at) => (word === flag ? [words[at + 1] ?? ''] : []))
  const headers = after('-H').map((line) => line.split(': ', 2) as [string, string])
  const answer = await fetch(after('-s')[0] ?? '', { method: 'POST', headers, body: after('-d')[0] ?? '' })
  const body = await answer.json()
  assert.equal(answer.status, 200, JSON.stringify(body))
  return body
}

/** A first start leaves some runs, so that no page is empty, which say that they are no one's; a second adds none. */
export async function checkHistory({
  url,
  org_id,
  project_id,
  token,
  tasks,
}: StartedDemo['demo']): Promise<void> {
  const list = `${url}/api/v1/org/${org_id}/project/${project_id}/task_run?reference=simulated%20demo%20history`
  const answer = await fetch(list, { headers: { authorization: `Bearer ${token}` } })
  const { results } = (await answer.json()) as { results: Record<string, unknown>[] }
  const some = (name: string) => new Set(results.map((each) => String(each[name])))
  assert.equal(results.length, 12)
  assert.deepEqual([...some('status')].sort(), ['failed', 'succeeded'])
  assert.deepEqual([...some('task_id')].sort(), Object.values(tasks).sort())
  assert.ok(results.some(({ files }) => (files as string[]).length > 0))
  const revisions = results.filter((each) => each['task_id'] === tasks.sentiment)
  assert.equal(new Set(revisions.map((each) => each['task_revision_id'])).size, 2)
}

/** The command of Splitrun that a process is, or `redis`. */
export function kind({ command }: ListedProcess): string {
  return /cli\.ts (\w+)/.exec(command)?.[1] ?? (/redis|valkey/.test(command) ? 'redis' : command)
}
export const kinds = (all: readonly ListedProcess[]): string[] => all.map(kind).sort()

/** Those of some processes that have not ended. */
export function stillRunning(some: readonly ListedProcess[]): ListedProcess[] {
  const pids = new Set(listProcesses().map(({ pid }) => pid))
  return some.filter(({ pid }) => pids.has(pid))
}
