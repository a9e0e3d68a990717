import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { pino } from 'pino'
import { openBareConnection } from '../../support/bare-connection.ts'
import { until, useSystem } from '../../support/system.ts'
import { watchEvents } from '../../support/watch-events.ts'

describe('a client that is gone before the server knows who it is', () => {
  const lines: string[] = []
  const log = pino(
    { level: 'info' },
    new Writable({ write: (line, _, done) => done(void lines.push(String(line))) }),
  )
  const running = useSystem({
    log,
    env: { SPLITRUN_PROJECT_STREAMS_MAX: '1', SPLITRUN_REDIS_TIMEOUT: '60s' },
  })

  test('keeps no place of its project’s streams', async (t) => {
    const { url, project, redis, createToken } = running()
    // Nobody has called with them yet, so Redis is asked whose they are.
    const [gone, other] = [await createToken(['run:read']), await createToken(['run:read'])]
    redis.pause()
    const connection = openBareConnection(t, new URL(url).port)
    connection.send(`GET ${project}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${gone}\r\n\r\n`)
    connection.socket.end()
    await until(() =>
      lines.some((line) => line.includes(`${project}/events`) && line.includes('"aborted":true')),
    )
    redis.resume()
    const watch = () =>
      watchEvents(t, `${url}${project}/events`, { headers: { authorization: `Bearer ${other}` } })
    await until(async () => (await watch()).status === 200)
    assert.equal((await watch()).status, 429)
  })
})
