import { z } from 'zod'
import { SCOPES } from './tenant.ts'

const PROJECT = '019a5f0e-5f11-7a44-9b1d-4c0e1f2a3b4c'
const ORGANISATION = '019a5f0e-5e00-7933-8a0c-3b0d0e1f2a3b'
const created = '2026-01-15T08:00:00.000Z'

export const organisationAnswer = z
  .object({ id: z.uuid(), name: z.string(), created: z.iso.datetime() })
  .meta({ id: 'Organisation', examples: [{ id: ORGANISATION, name: 'Acme', created }] })

export const projectAnswer = z
  .object({ id: z.uuid(), org_id: z.uuid(), name: z.string(), created: z.iso.datetime() })
  .meta({ id: 'Project', examples: [{ id: PROJECT, org_id: ORGANISATION, name: 'Web', created }] })

const key = {
  id: z.uuid(),
  org_id: z.uuid(),
  project_id: z.uuid(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  created: z.iso.datetime(),
  expires: z.iso.datetime({ offset: true }).nullable(),
  revoked: z.boolean(),
}
const keyExample = {
  id: '019a5f0e-6001-7b33-8c2e-3d1f2a4b5c6d',
  org_id: ORGANISATION,
  project_id: PROJECT,
  name: 'ci',
  scopes: ['run:read', 'run:write'],
  created,
  expires: null,
  revoked: false,
}

/** A key as it is listed: its secret is not known any more. */
export const apiKeyAnswer = z.object(key).meta({ id: 'ApiKey', examples: [keyExample] })

/** A key as its creation shows it, once. */
export const newApiKeyAnswer = z
  .object({ ...key, token: z.string().meta({ description: 'The secret; shown here only.' }) })
  .meta({ id: 'NewApiKey', examples: [{ ...keyExample, token: 'sr_x4Wd0sJ3nXcZ1kq8T5mVb7Yh2Lr9Pf6Ge' }] })
