import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, readConfig } from '../../../src/config.ts'
import { createTaskTokens } from '../../../src/tenancy/task-token.ts'
import type { Rotation } from '../../../src/tenancy/task-token-store.ts'
import { createTokenSigner } from '../../../src/tenancy/token-signer.ts'
import fc from '../../support/fast-check.ts'

const issuerOf = (text: string): string => readConfig({ SPLITRUN_ISSUER: text }).issuer

/** Every issuer that the setting takes. */
const issuers = fc
  .string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...'aZ09._:/-'.split('')) })
  .filter((text) => /^[a-zA-Z0-9]/.test(text))

test('whatever the ids and the issuer, plain atob can read a payload', async () => {
  await fc.assert(
    fc.asyncProperty(
      issuers,
      fc.uuid(),
      fc.uuid(),
      fc.uuid(),
      fc.option(fc.uuid()),
      fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
      async (issuer, id, org_id, project_id, jti, time) => {
        const created = time.toISOString()
        const rotation: Rotation | null = jti ? { id: jti, rotated: created } : null
        const tokens = createTaskTokens({
          store: { read: async () => rotation, recent: async () => rotation, rotate: assert.fail },
          signer: createTokenSigner('x'.repeat(32), issuerOf(issuer)),
          lifetime: 3600,
        })
        const task = { id, org_id, project_id, created }
        const token = await tokens.of(task)
        assert.equal(await tokens.of(task), token)
        const { sub, iss } = JSON.parse(atob(token.split('.')[1] ?? ''))
        assert.deepEqual([sub, iss], [id, issuerOf(issuer)])
      },
    ),
    { numRuns: 200 },
  )
})

test('an issuer that would not be readable so is refused', () => {
  for (const text of ['https://a.example/?x', '~', 'a>b', 'ünsinn', 'a b', 'x'.repeat(201)]) {
    assert.throws(() => issuerOf(text), ConfigError, text)
  }
  assert.equal(issuerOf('https://a.example/splitrun/'), 'https://a.example/splitrun')
})
