import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../../src/config.ts'

test('a public URL is its path, without a slash at its end', () => {
  for (const [given, path] of [
    ['', ''],
    ['/', ''],
    ['https://api.example', ''],
    ['https://api.example/', ''],
    ['https://api.example/split/run/', '/split/run'],
    ['/split', '/split'],
  ]) {
    assert.equal(readConfig({ SPLITRUN_PUBLIC_URL: given }).publicPath, path)
  }
  for (const wrong of ['split', '/a b', '/a?b', '//a']) {
    assert.throws(() => readConfig({ SPLITRUN_PUBLIC_URL: wrong }), /SPLITRUN_PUBLIC_URL: expected/, wrong)
  }
})

test('origins are origins: a path or a missing scheme is refused, as no browser would ever send it', () => {
  assert.deepEqual(
    readConfig({ SPLITRUN_CORS_ORIGINS: 'https://a.example, http://localhost:3000,*' }).corsOrigins,
    ['https://a.example', 'http://localhost:3000', '*'],
  )
  for (const wrong of ['a.example', 'https://a.example/', 'https://a.example/app', 'null']) {
    assert.throws(
      () => readConfig({ SPLITRUN_CORS_ORIGINS: wrong }),
      /SPLITRUN_CORS_ORIGINS: expected/,
      wrong,
    )
  }
})
