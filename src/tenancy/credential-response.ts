import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'
import { SCOPES } from './tenant.ts'

const example = {
  id: '019a5f0e-6001-7b33-8c2e-3d1f2a4b5c6d',
  org_id: '019a5f0e-5e00-7933-8a0c-3b0d0e1f2a3b',
  project_id: '019a5f0e-5f11-7a44-9b1d-4c0e1f2a3b4c',
  name: 'ci',
  scopes: ['run:read', 'run:write'],
  created: '2026-01-15T08:00:00.000Z',
  expires: null,
  revoked: false,
}
const credential = z.object({
  id: shownId,
  org_id: shownId,
  project_id: shownId,
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  created: z.iso.datetime(),
  expires: z.iso.datetime().nullable(),
  revoked: z.boolean().meta({ description: 'For good.' }),
})
const secret = z.string().meta({ description: 'The secret; shown here only.' })
const withId = credential.extend({ client_id: shownId.meta({ description: 'The same as `id`.' }) })
const clientExample = { ...example, client_id: example.id }
const secretExample = 'sr_x4Wd0sJ3nXcZ1kq8T5mVb7Yh2Lr9Pf6Ge'

/** Credentials on the wire, by their kind: as they are listed, and as whoever makes one is shown it, once. */
export const CREDENTIAL_ANSWERS = {
  api_key: {
    listed: credential.meta({ id: 'ApiKey', examples: [example] }),
    made: credential
      .extend({ token: secret })
      .meta({ id: 'NewApiKey', examples: [{ ...example, token: secretExample }] }),
  },
  oauth_client: {
    listed: withId.meta({ id: 'OAuthClient', examples: [clientExample] }),
    made: withId
      .extend({ client_secret: secret })
      .meta({ id: 'NewOAuthClient', examples: [{ ...clientExample, client_secret: secretExample }] }),
  },
} as const
