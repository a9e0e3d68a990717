import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { descendantsOf, type ListedProcess, listProcesses } from '../support/processes.ts'
import { type Cleanup, until } from '../support/system.ts'

const ROOT = join(import.meta.dirname, '../..')
/** They start several processes each: on a busy machine that alone takes a minute. */
const PATIENTLY = { timeout: 300_000, concurrency: true }

/** A command of the repository while it runs. */
interface Running {
  readonly child: ChildProcess
  /** Where it may write what it does not keep. */
  readonly folder: string
  /** All processes below it: what supervises first, then the program, then what that started. */
  descendants(): ListedProcess[]
}

async function run(t: Cleanup, args: readonly string[]): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, TMPDIR: folder }
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(async () => {
    for (const { pid } of descendantsOf(child.pid ?? 0)) process.kill(pid, 'SIGKILL')
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  })
  child.stdout?.resume()
  child.stderr?.resume()
  return { child, folder, descendants: () => descendantsOf(child.pid ?? 0) }
}

/** Resolves with all that runs below a command, once all of these do. */
async function started(
  { child, descendants }: Running,
  patterns: readonly RegExp[],
): Promise<ListedProcess[]> {
  let all: ListedProcess[] = []
  await until(() => {
    assert.equal(child.exitCode, null, 'it ended by itself')
    all = descendants()
    return patterns.every((pattern) => all.some(({ command }) => pattern.test(command)))
  })
  return all
}

async function untilNothingIsLeft(of: readonly ListedProcess[], { folder }: Running): Promise<void> {
  const [groups, pids] = [new Set(of.map(({ group }) => group)), new Set(of.map(({ pid }) => pid))]
  groups.delete(listProcesses().find(({ pid }) => pid === process.pid)?.group ?? 0)
  await until(() => !listProcesses().some(({ pid, group }) => pids.has(pid) || groups.has(group)))
  await until(async () => (await readdir(folder)).length === 0)
}

const REDIS = /redis-server|valkey-server/
const BENCH = [REDIS, /mock-model\.ts/, /src\/cli\.ts api/, /src\/cli\.ts worker/]
const FLEET = [REDIS, /src\/cli\.ts api/, /src\/cli\.ts worker/]

describe('whatever ends a command ends all that it started, and leaves no file', PATIENTLY, () => {
  const interrupt = async (
    t: TestContext,
    args: string[],
    signal: NodeJS.Signals,
    code: number,
    all: RegExp[],
  ) => {
    const running = await run(t, args)
    const processes = await started(running, all)
    running.child.kill(signal)
    assert.deepEqual(await once(running.child, 'exit'), [code, null])
    await untilNothingIsLeft(processes, running)
  }
  const cold = ['bench/cli.js', '--drill', 'cold', '--quick']

  test('a benchmark at Ctrl-C', (t) => interrupt(t, cold, 'SIGINT', 130, BENCH))
  test('chaos that is told to end', (t) => interrupt(t, ['test/chaos/cli.js'], 'SIGTERM', 143, FLEET))
  test('a soak whose terminal is gone', (t) => interrupt(t, ['test/soak/cli.js'], 'SIGHUP', 129, FLEET))

  test('a benchmark whose program crashes', async (t) => {
    const running = await run(t, cold)
    const processes = await started(running, BENCH)
    const program = processes.find(({ command }) => command.includes('bench/command.ts'))
    process.kill(program?.pid ?? 0, 'SIGKILL')
    assert.deepEqual(await once(running.child, 'exit'), [1, null])
    await untilNothingIsLeft(processes, running)
  })

  test('a cluster whose supervisor is killed', async (t) => {
    const running = await run(t, ['test/cluster/cli.js'])
    const processes = await started(running, [REDIS])
    running.child.kill('SIGKILL')
    await untilNothingIsLeft(processes, running)
  })

  test('a cluster whose parent is killed', async (t) => {
    const start = "require('node:child_process').spawn(process.execPath, ['test/cluster/cli.js'])"
    const running = await run(t, ['-e', start])
    const processes = await started(running, [REDIS])
    running.child.kill('SIGKILL')
    await untilNothingIsLeft(processes, running)
  })
})

describe('a command that is used wrongly says so in a sentence, and starts nothing', PATIENTLY, () => {
  const outcomeOf = async (t: Cleanup, args: string[]) => {
    const { child } = await run(t, args)
    let text = ''
    child.stderr?.on('data', (chunk) => {
      text += chunk
    })
    const [code] = await once(child, 'close')
    return { code, text }
  }
  for (const [name, args, hint] of [
    ['an option that there is not', ['--quik'], /Did you mean --quick\?/],
    ['a drill that there is not', ['--drill', 'scal'], /Did you mean scale\?/],
    ['an option that means nothing beside another', ['--drill', 'cold', '--passes', '2'], /'--passes'/],
    ['parts of a drill that has none', ['--drill', 'cold', '--parts', 'cost'], /'--drill live'/],
    ['a folder that is no checkout', ['--against', 'bench'], /no checkout of Splitrun/],
  ] as const) {
    test(name, async (t) => {
      const { code, text } = await outcomeOf(t, ['bench/cli.js', ...args])
      assert.equal(code, 2)
      assert.match(text, hint)
      assert.doesNotMatch(text, /^ +at /m)
    })
  }
  test('a Node that is too old', async (t) => {
    const older =
      "data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } })"
    for (const command of ['bench', 'test/chaos', 'test/soak', 'test/cluster']) {
      const { code, text } = await outcomeOf(t, ['--import', older, `${command}/cli.js`])
      assert.equal(code, 2)
      assert.match(text, /^This needs Node 24, and this is Node 20\.1\.0\. .*\n$/)
    }
  })
})
