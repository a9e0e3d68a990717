import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../../support/system.ts'

describe('the size of a file', () => {
  const running = useSystem({ env: { SPLITRUN_IMPORT_LIMIT: '4kb', SPLITRUN_BODY_LIMIT: '2kb' } })

  test('is bounded on the way out and in, apart from other bodies', async () => {
    const { call, createTask, project } = running()
    const first = await createTask({ system_prompt: 'x'.repeat(1000) })
    const archive = (await call('GET', '/export')).body
    const padded = (bytes: number) => {
      const text = JSON.stringify(archive)
      return text.padEnd(bytes)
    }
    assert.equal((await call('POST', `${project}/import`, padded(4000))).status, 200)
    const tooLarge = await call('POST', `${project}/import`, padded(4001))
    assert.deepEqual([tooLarge.status, tooLarge.body.detail.reason], [413, 'BODY_TOO_LARGE'])
    await createTask({ system_prompt: 'x'.repeat(1500) })
    const refused = await call('GET', '/export')
    assert.deepEqual([refused.status, refused.body.detail.reason], [413, 'EXPORT_TOO_LARGE'])
    assert.equal((await call('GET', `/export?task_id=${first}`)).status, 200)
  })
})
