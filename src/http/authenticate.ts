import type { Request } from 'express'
import { ApiError } from '../platform/errors.ts'
import { type Caller, type Scope, sameSecret } from '../tenancy/tenant.ts'
import type { TenantStore } from '../tenancy/tenant-store.ts'

const ADMIN: Caller = { id: 'admin', orgId: null, projectId: null, scopes: ['admin'] }

/** Finds out who calls. @throws {ApiError} UNAUTHENTICATED for no token, or one that is unknown, revoked or expired. */
export async function authenticate(
  request: Request,
  tenants: TenantStore,
  adminToken: string | null,
): Promise<Caller> {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (!token) throw new ApiError('UNAUTHENTICATED', 'A bearer token is required.')
  if (adminToken && sameSecret(token, adminToken)) return ADMIN
  const key = await tenants.findKey(token)
  if (!key) throw new ApiError('UNAUTHENTICATED', 'The token is unknown, revoked or expired.')
  return { id: key.id, orgId: key.org_id, projectId: key.project_id, scopes: key.scopes }
}

/**
 * Checks that the caller reaches what the path names. A project of others and one that does not exist give the same
 * error, so that nobody learns which ids are taken.
 * @throws {ApiError} PROJECT_NOT_FOUND, PERMISSION_CHECK_FAILED
 */
export async function authorise(
  caller: Caller,
  scope: Scope,
  path: { org_id?: string; project_id?: string },
  tenants: TenantStore,
): Promise<void> {
  const admin = caller.scopes.includes('admin')
  if (path.project_id) {
    const reachable = admin || (caller.projectId === path.project_id && caller.orgId === path.org_id)
    const project = reachable ? await tenants.project(path.project_id) : null
    if (project?.org_id !== path.org_id) {
      throw new ApiError('PROJECT_NOT_FOUND', 'There is no such project.')
    }
  }
  if (!admin && !caller.scopes.includes(scope)) {
    throw new ApiError('PERMISSION_CHECK_FAILED', `The token lacks the scope ${scope}.`)
  }
}
