import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, type TestContext, test } from 'node:test'
import { BENCH, FLEET, startedBelow, startTool, untilNothingIsLeft } from '../support/supervised-tools.ts'
import type { Cleanup } from '../support/system.ts'

/** They start several processes each: on a busy machine that alone takes a minute. */
const PATIENTLY = { timeout: 300_000, concurrency: true }

describe('whatever ends a command ends all that it started, and leaves no file', PATIENTLY, () => {
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

describe('a command that is used wrongly says so in a sentence, and starts nothing', PATIENTLY, () => {
  const outcomeOf = async (t: Cleanup, args: string[]) => {
    const { child } = await startTool(t, args)
    let text = ''
    child.stderr?.on('data', (chunk) => {
      text += chunk
    })
    const [code] = await once(child, 'close')
    return { code, text }
  }
  test('an option that there is not', async (t) => {
    const { code, text } = await outcomeOf(t, ['bench/cli.js', '--quik'])
    assert.equal(code, 2)
    assert.match(text, /Did you mean --quick\?/)
    assert.doesNotMatch(text, /^ +at /m)
  })

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
