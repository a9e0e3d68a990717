import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'

const PROJECT = '019a5f0e-5f11-7a44-9b1d-4c0e1f2a3b4c'
const ORGANISATION = '019a5f0e-5e00-7933-8a0c-3b0d0e1f2a3b'
const created = '2026-01-15T08:00:00.000Z'

export const organisationResponse = z
  .object({ id: shownId, name: z.string(), created: z.iso.datetime() })
  .meta({ id: 'Organisation', examples: [{ id: ORGANISATION, name: 'Acme', created }] })

export const projectResponse = z
  .object({ id: shownId, org_id: shownId, name: z.string(), created: z.iso.datetime() })
  .meta({ id: 'Project', examples: [{ id: PROJECT, org_id: ORGANISATION, name: 'Web', created }] })
