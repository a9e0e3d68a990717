import type { Caller } from './caller.ts'
import type { Credential } from './credential.ts'
import type { CredentialStore } from './credential-store.ts'

/** Who calls with a key, by its secret's hash; null when it is unknown, revoked or expired. At most a second old. */
export function readKey(apiKeys: CredentialStore, hash: string): Caller | null | Promise<Caller | null> {
  const key = apiKeys.find(hash)
  return key instanceof Promise ? key.then((found) => found && keyCaller(found)) : key && keyCaller(key)
}

/** Who calls with a key that is valid. */
export function keyCaller(key: Credential): Caller {
  const owner = { orgId: key.org_id, projectId: key.project_id }
  return { kind: 'api_key', id: key.id, name: key.name, ...owner, taskId: null, scopes: key.scopes }
}
