import type { Config } from '../config.ts'
import { type Authenticate, createAuthenticate } from '../http/authenticate.ts'
import { createReadSession } from '../http/console/session-cookie.ts'
import type { ConsoleSessionRouteDeps } from '../http/routes/console-session.ts'
import type { Redis } from '../platform/redis/redis.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { createAuthThrottleStore } from '../tenancy/auth-throttle-store.ts'
import { createConsoleSessions } from '../tenancy/console-session.ts'
import type { CredentialStore } from '../tenancy/credential-store.ts'
import { createEndedSessionStore } from '../tenancy/ended-session-store.ts'
import type { IssueTokenDeps } from '../tenancy/issue-token.ts'
import { keepSigningKey } from '../tenancy/signing-key-store.ts'
import { createTaskTokens, type TaskTokens } from '../tenancy/task-token.ts'
import { createTaskTokenStore } from '../tenancy/task-token-store.ts'
import { createTokenSigner } from '../tenancy/token-signer.ts'

/** How an API process authenticates its callers, and what it needs to issue tokens. */
export interface Access {
  readonly authenticate: Authenticate
  readonly taskTokens: TaskTokens
  readonly tokenDeps: IssueTokenDeps
  readonly sessionDeps: ConsoleSessionRouteDeps
}

/** Builds the access of an API process. It opens nothing that would have to be closed. */
export async function composeAccess(deps: {
  config: Config
  redis: Redis
  apiKeys: CredentialStore
  clients: CredentialStore
  tasks: TaskStore
}): Promise<Access> {
  const { config, redis } = deps
  const signer = createTokenSigner(config.tokenSecret ?? (await keepSigningKey(redis)), config.issuer)
  const store = createTaskTokenStore(redis)
  const taskTokens = createTaskTokens({ store, signer, lifetime: config.taskTokenLifetime })
  const authThrottle = createAuthThrottleStore(redis, {
    free: config.authFailuresFree,
    pause: config.authPause,
    pauseMax: config.authPauseMax,
  })
  const { adminToken } = config
  const sessions = createConsoleSessions({
    ...{ signer, adminToken, apiKeys: deps.apiKeys },
    ended: createEndedSessionStore(redis),
    lifetime: config.consoleSession,
  })
  const readSession = createReadSession(sessions)
  return {
    authenticate: createAuthenticate({ ...deps, adminToken, signer, taskTokens, readSession }),
    sessionDeps: { sessions, readSession },
    taskTokens,
    tokenDeps: {
      clients: deps.clients,
      authThrottle,
      signer,
      accessTokenLifetime: config.accessTokenLifetime,
    },
  }
}
