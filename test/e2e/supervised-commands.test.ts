import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { startTool } from '../support/supervised-tools.ts'
import type { Cleanup } from '../support/system.ts'

describe('a command that is used wrongly says so in a sentence, and starts nothing', () => {
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
