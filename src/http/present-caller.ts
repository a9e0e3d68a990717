import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'
import type { Caller } from '../tenancy/caller.ts'
import { SCOPES } from '../tenancy/tenant.ts'

/** Who a token stands for. */
export const whoamiResponse = z
  .object({
    client: z.object({
      kind: z.enum(['admin', 'api_key', 'oauth_client', 'task', 'nobody']),
      id: z.string(),
      name: z.string().nullable(),
      org_id: shownId.nullable(),
      project_id: shownId.nullable(),
      task_id: shownId.nullable(),
      scopes: z.array(z.enum(SCOPES)),
    }),
  })
  .meta({ id: 'Whoami' })

/** The caller on the wire. */
export function presentCaller({ kind, id, name, orgId, projectId, taskId, scopes }: Caller) {
  return { client: { kind, id, name, org_id: orgId, project_id: projectId, task_id: taskId, scopes } }
}
