import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, readConfig } from '../../../src/config.ts'
import { createTokenSigner } from '../../../src/tenancy/token-signer.ts'

const KEY = 'x'.repeat(32)
const claimsUntil = (exp: number) => ({ sub: 'somebody', jti: 'once', exp })

test('a token says what was signed, to every process with the key, whatever its type', async () => {
  const exp = Math.floor(Date.now() / 1000) + 60
  const signer = createTokenSigner(KEY, 'here')
  for (const type of ['at+jwt', 'task+jwt'] as const) {
    const token = await signer.sign(type, claimsUntil(exp))
    assert.equal(token, await createTokenSigner(KEY, 'here').sign(type, claimsUntil(exp)))
    assert.deepEqual(await createTokenSigner(KEY, 'here').verify(token), {
      type,
      claims: { iss: 'here', ...claimsUntil(exp) },
    })
    assert.equal(await createTokenSigner(KEY, 'elsewhere').verify(token), null)
    assert.equal(await createTokenSigner('y'.repeat(32), 'here').verify(token), null)
  }
})

test('a token that was valid before still expires, to the second', async () => {
  let now = 1_000_000
  const signer = createTokenSigner(KEY, 'here', () => now)
  const token = await signer.sign('at+jwt', claimsUntil(1060))
  assert.ok(await signer.verify(token))
  now = 1_059_999
  assert.ok(await signer.verify(token))
  now = 1_060_000
  assert.equal(await signer.verify(token), null)
  assert.equal(await createTokenSigner(KEY, 'here', () => now).verify(token), null)
})

test('the settings of tokens have bounds', () => {
  const edges: Record<string, [low: string, high: string, ...refused: string[]]> = {
    SPLITRUN_TOKEN_SECRET: [KEY, 'x'.repeat(200), 'x'.repeat(31)],
    SPLITRUN_ACCESS_TOKEN_LIFETIME: ['1s', '30d', '0.9s', '31d', 'soon'],
    SPLITRUN_TASK_TOKEN_LIFETIME: ['1s', '36500d', '0s', '36501d'],
    SPLITRUN_GUESSES_MAX: ['1', '10000', '0', '10001', '1.5'],
    SPLITRUN_GUESS_PAUSE: ['100ms', '1h', '0s', '2h'],
    SPLITRUN_GUESS_PAUSE_MAX: ['100ms', '1d', '0s', '2d'],
    SPLITRUN_TRUST_PROXY: ['0', '100', '-1', '101', 'true'],
  }
  for (const [name, [low, high, ...refused]] of Object.entries(edges)) {
    for (const value of [low, high]) assert.ok(readConfig({ [name]: value }))
    for (const value of refused) assert.throws(() => readConfig({ [name]: value }), ConfigError, name)
  }
})
