import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portBeside, urlOf } from '../../../../src/commands/dev/start-dev.ts'

test('the URL that is printed can be used, whatever the server listens on', () => {
  for (const host of ['::1', '::', '0.0.0.0', 'localhost', '127.0.0.1', 'fe80::2']) {
    assert.ok(URL.canParse(urlOf(host, 3000)), host)
  }
  assert.equal(urlOf('::1', 3000), 'http://[::1]:3000')
  assert.equal(urlOf('::', 3000), 'http://127.0.0.1:3000')
})

test('the worker has a port of its own beside that of the API', () => {
  assert.deepEqual([0, 1, 9464, 65_535].map(portBeside), [0, 2, 9465, 65_534])
})
