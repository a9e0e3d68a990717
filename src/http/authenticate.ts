import type { Socket } from 'node:net'
import type { Request } from 'express'
import { ApiError } from '../platform/errors.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { readAccessToken } from '../tenancy/access-token.ts'
import { ADMIN, type Caller } from '../tenancy/caller.ts'
import type { CredentialStore } from '../tenancy/credential-store.ts'
import { readKey } from '../tenancy/read-key.ts'
import { hashSecret, sameHash } from '../tenancy/secret.ts'
import type { TaskTokens, TokenTarget } from '../tenancy/task-token.ts'
import type { TenantStore } from '../tenancy/tenant-store.ts'
import type { TokenSigner } from '../tenancy/token-signer.ts'
import type { ReadSession } from './console/session-cookie.ts'
import { type Endpoint, PROJECT } from './route.ts'

export interface AuthenticateDeps {
  readonly adminToken: string | null
  readonly apiKeys: CredentialStore
  readonly clients: CredentialStore
  readonly signer: TokenSigner
  readonly taskTokens: TaskTokens
  readonly tasks: TaskStore
  /** What the console's cookie stands for, where there is no token. */
  readonly readSession: ReadSession
}

/** What a request's header says; whom it stands for is looked up with each request. */
interface Bearer {
  readonly token: string
  readonly hash: string
  readonly isAdmin: boolean
}

/**
 * Finds out who calls; what it knows is at most a second old.
 * @throws {ApiError} UNAUTHENTICATED for no token, or one that is unknown, revoked, rotated or expired.
 */
export type Authenticate = (request: Request) => Promise<Caller>

export function createAuthenticate(deps: AuthenticateDeps): Authenticate {
  /** A task access token is worth nothing without its task. */
  async function asTask(target: TokenTarget | null): Promise<Caller | null> {
    const task = target && (await deps.tasks.recent(target.project, target.task))
    if (!task || task.org_id !== target.org) return null
    const scopes = ['run:read', 'run:write'] as const
    const owner = { orgId: target.org, projectId: target.project }
    return { kind: 'task', id: task.id, name: task.name, ...owner, taskId: task.id, scopes }
  }

  async function asSigned(token: string): Promise<Caller | null> {
    const signed = await deps.signer.verify(token)
    if (signed?.type === 'at+jwt') return readAccessToken(deps.clients, signed)
    if (signed?.type === 'task+jwt') return asTask(await deps.taskTokens.read(signed))
    return null
  }

  const adminHash = deps.adminToken && hashSecret(deps.adminToken)
  /**
   * The token that each connection sent last, since nearly all requests of a connection have the same: hashing it for each
   * takes 3 % of an API process's CPU (docs/decisions/tricks.md). It is looked for by a hash, so that a connection which
   * several callers share tells none of them, by its time, how much of a token was right.
   */
  const bearers = new WeakMap<Socket, ReadonlyMap<string, Bearer>>()

  function bearerOf({ headers, socket }: Request): Bearer | null {
    const header = headers.authorization
    if (!header) return null
    const known = bearers.get(socket)?.get(header)
    if (known) return known
    const token = /^Bearer +(\S+)$/i.exec(header)?.[1]
    if (!token) return null
    const hash = hashSecret(token)
    const bearer = { token, hash, isAdmin: Boolean(adminHash && sameHash(hash, adminHash)) }
    bearers.set(socket, new Map([[header, bearer]]))
    return bearer
  }

  return async (request) => {
    const bearer = bearerOf(request)
    if (!bearer) {
      const session = await deps.readSession(request)
      if (session) return session.caller
      throw new ApiError('UNAUTHENTICATED', 'A bearer token is required.')
    }
    const { token, hash, isAdmin } = bearer
    if (isAdmin) return ADMIN
    // A JWT has dots, a key has none.
    const caller = await (token.includes('.') ? asSigned(token) : readKey(deps.apiKeys, hash))
    if (!caller) throw new ApiError('UNAUTHENTICATED', 'The token is unknown, revoked or expired.')
    return caller
  }
}

/** All that a task access token opens, whatever the scopes of an endpoint elsewhere. */
const RUNS_OF_A_TASK = `${PROJECT}/task/:task_id/run`

/** What a path names. */
export interface Target {
  readonly org_id?: string
  readonly project_id?: string
  readonly task_id?: string
}

/**
 * What a caller names by its token alone.
 * @throws {ApiError} PERMISSION_CHECK_FAILED for a token of no project
 */
export function targetOfToken({ orgId, projectId }: Caller): Target {
  if (orgId && projectId) return { org_id: orgId, project_id: projectId }
  throw new ApiError(
    'PERMISSION_CHECK_FAILED',
    'The token is of no project: use a key of the one that is meant.',
  )
}

/**
 * Checks that the caller reaches what the path names. What belongs to others and what does not exist give the same
 * error, so that nobody learns which ids are taken.
 * @throws {ApiError} NOT_FOUND, PROJECT_NOT_FOUND, TASK_NOT_FOUND, PERMISSION_CHECK_FAILED
 */
export async function authorise(
  caller: Caller,
  { scope, path: route, door }: Pick<Endpoint, 'scope' | 'path' | 'door'>,
  path: Target,
  tenants: TenantStore,
): Promise<void> {
  if (scope === 'open' || scope === 'any') return
  const admin = caller.scopes.includes('admin')
  if (path.project_id) {
    const reachable = admin || (caller.projectId === path.project_id && caller.orgId === path.org_id)
    const project = reachable ? await tenants.project(path.project_id) : null
    if (project?.org_id !== path.org_id) {
      throw new ApiError('PROJECT_NOT_FOUND', 'There is no such project.')
    }
  }
  if (scope === 'project' && !admin && path.org_id && path.org_id !== caller.orgId) throw noOrganisation()
  if (caller.taskId && path.task_id && path.task_id !== caller.taskId) {
    throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
  }
  // At the door, handlers find tasks, and none but the token's.
  if (caller.taskId && !door && !route.startsWith(RUNS_OF_A_TASK)) {
    throw new ApiError('PERMISSION_CHECK_FAILED', 'The token is for the runs of one task only.')
  }
  if (scope !== 'project' && !admin && !caller.scopes.includes(scope)) {
    throw new ApiError('PERMISSION_CHECK_FAILED', `The token lacks the scope ${scope}.`)
  }
}

/** The answer where an organisation is not there, or not the caller's. */
export const noOrganisation = (): ApiError => new ApiError('NOT_FOUND', 'There is no such organisation.')
