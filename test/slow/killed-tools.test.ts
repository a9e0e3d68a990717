import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, type TestContext, test } from 'node:test'
import {
  BENCH,
  FLEET,
  REDIS,
  startedBelow,
  startTool,
  untilNothingIsLeft,
} from '../support/supervised-tools.ts'

describe('whatever ends a command ends all that it started, and leaves no file', {
  concurrency: true,
}, () => {
  const interrupt = async (
    t: TestContext,
    args: string[],
    signal: NodeJS.Signals,
    code: number,
    all: RegExp[],
  ) => {
    const running = await startTool(t, args)
    const processes = await startedBelow(running, all)
    running.child.kill(signal)
    assert.deepEqual(await once(running.child, 'exit'), [code, null])
    await untilNothingIsLeft(processes, running)
  }
  const cold = ['bench/cli.js', '--drill', 'cold', '--quick']

  test('a benchmark at Ctrl-C', (t) => interrupt(t, cold, 'SIGINT', 130, BENCH))
  test('chaos that is told to end', (t) => interrupt(t, ['test/chaos/cli.js'], 'SIGTERM', 143, FLEET))
  test('a soak whose terminal is gone', (t) => interrupt(t, ['test/soak/cli.js'], 'SIGHUP', 129, FLEET))
})

describe('a command that is killed, or a part of it, ends all that it started, and leaves no file', () => {
  test('a benchmark whose program crashes', async (t) => {
    const running = await startTool(t, ['bench/cli.js', '--drill', 'cold', '--quick'])
    const processes = await startedBelow(running, BENCH)
    const program = processes.find(({ command }) => command.includes('bench/command.ts'))
    process.kill(program?.pid ?? 0, 'SIGKILL')
    assert.deepEqual(await once(running.child, 'exit'), [1, null])
    await untilNothingIsLeft(processes, running)
  })

  test('a cluster whose supervisor is killed', async (t) => {
    const running = await startTool(t, ['test/cluster/cli.js'])
    const processes = await startedBelow(running, [REDIS])
    running.child.kill('SIGKILL')
    await untilNothingIsLeft(processes, running)
  })

  test('a cluster whose parent is killed', async (t) => {
    const start = "require('node:child_process').spawn(process.execPath, ['test/cluster/cli.js'])"
    const running = await startTool(t, ['-e', start])
    const processes = await startedBelow(running, [REDIS])
    running.child.kill('SIGKILL')
    await untilNothingIsLeft(processes, running)
  })
})
