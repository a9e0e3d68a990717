import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { descendantsOf, endProcess, type ListedProcess, listProcesses } from './processes.ts'
import { type Cleanup, until } from './system.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Processes that a command starts, by their command lines. */
export const REDIS = /redis-server|valkey-server/
export const BENCH = [REDIS, /mock-model\.ts/, /src\/cli\.ts api/, /src\/cli\.ts worker/]
export const FLEET = [REDIS, /src\/cli\.ts api/, /src\/cli\.ts worker/]

/** A command of the repository while it runs. */
export interface RunningTool {
  readonly child: ChildProcess
  /** Where it may write what it does not keep. */
  readonly folder: string
  /** All processes below it: what supervises first, then the program, then what that started. */
  descendants(): ListedProcess[]
}

/** Starts `node ...args` in the repository. Whatever is left of it when the test ends is killed. */
export async function startTool(t: Cleanup, args: readonly string[]): Promise<RunningTool> {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
  const env = { PATH, HOME, NODE_COMPILE_CACHE, TMPDIR: folder }
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(async () => {
    for (const { pid } of descendantsOf(child.pid ?? 0)) endProcess(pid)
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  })
  child.stdout?.resume()
  child.stderr?.resume()
  return { child, folder, descendants: () => descendantsOf(child.pid ?? 0) }
}

/** Resolves with all that runs below a command, once all of these do. */
export async function startedBelow(
  { child, descendants }: RunningTool,
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

/** Resolves once none of these processes, no other one of their groups and no file of the command is there. */
export async function untilNothingIsLeft(
  of: readonly ListedProcess[],
  { folder }: RunningTool,
): Promise<void> {
  const [groups, pids] = [new Set(of.map(({ group }) => group)), new Set(of.map(({ pid }) => pid))]
  groups.delete(listProcesses().find(({ pid }) => pid === process.pid)?.group ?? 0)
  await until(() => !listProcesses().some(({ pid, group }) => pids.has(pid) || groups.has(group)))
  await until(async () => (await readdir(folder)).length === 0)
}
