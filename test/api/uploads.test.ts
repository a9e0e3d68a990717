import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openBareConnection } from '../support/bare-connection.ts'
import { until, useSystem } from '../support/system.ts'

describe('the bodies that are held at once', () => {
  const running = useSystem({ env: { SPLITRUN_UPLOADS_MAX: '1mb' } })

  /** A body of so many bytes, which an unknown task refuses once it has been read. */
  async function send(bytes: number, form: boolean) {
    const text = `{"task_input": {}, "reference": "${'x'.repeat(bytes)}"}`
    const data = new FormData()
    data.append('task_file', new Blob(['x'.repeat(bytes)]), 'a.png')
    const task = await running().createTask()
    return running().call('POST', `/task/${task}/run`, form ? data : text, {
      headers: form ? {} : { 'content-type': 'application/json' },
    })
  }

  test('are refused with 429 beyond their limit, in every encoding, and accepted when there is room again', async (t) => {
    const { url, project, token } = running()
    const holder = openBareConnection(t, new URL(url).port)
    holder.send(
      `POST ${project}/task HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 700000\r\n\r\n`,
    )
    holder.send(' '.repeat(600_000))
    for (const form of [false, true]) {
      // The holder's bytes may still be on their way.
      await until(async () => (await send(500_000, form)).status === 429)
      const { status, headers, body } = await send(500_000, form)
      assert.deepEqual([status, body.detail.reason], [429, 'TOO_MANY_REQUESTS'])
      assert.ok(headers.get('retry-after'))
      assert.notEqual((await send(300_000, form)).status, 429, 'there is room for less')
    }
    holder.socket.destroy()
    for (const form of [false, true]) await until(async () => (await send(500_000, form)).status !== 429)
  })

  test('that are beyond the limit by themselves are 413: to wait would not help', async () => {
    for (const form of [false, true]) {
      await until(async () => (await send(1_200_000, form)).status !== 429)
      const { status, body } = await send(1_200_000, form)
      assert.deepEqual([status, body.detail.reason], [413, 'BODY_TOO_LARGE'])
    }
  })
})
