import type { CallOptions } from '../client-options.ts'
import type { CredentialInput } from '../shapes/credential.ts'
import type { Api } from '../transport/api.ts'
import { segment } from '../transport/call.ts'

/** The keys or the OAuth clients of a project. Secrets are shown by `create` and `rotate` only. */
export interface Credentials<Listed, Made> {
  list(options?: CallOptions): Promise<readonly Listed[]>
  get(id: string, options?: CallOptions): Promise<Listed>
  create(credential: CredentialInput, options?: CallOptions): Promise<Made>
  /** A new secret; the old one and what it brought end within a second. */
  rotate(id: string, options?: CallOptions): Promise<Made>
  /** For good, within a second everywhere. */
  revoke(id: string, options?: CallOptions): Promise<Listed>
  delete(id: string, options?: CallOptions): Promise<Listed>
}

export function createCredentials<Listed, Made>(
  api: Api,
  kind: 'api_key' | 'oauth_client',
): Credentials<Listed, Made> {
  const all = `P/${kind}`
  const one = (id: string) => `${all}/${segment(id)}`
  return {
    list: (options) => api.json({ ...options, method: 'GET', path: all }),
    get: (id, options) => api.json({ ...options, method: 'GET', path: one(id) }),
    create: (body, options) => api.json({ ...options, method: 'POST', path: all, body }),
    rotate: (id, options) => api.json({ ...options, method: 'POST', path: `${one(id)}/rotate` }),
    revoke: (id, options) =>
      api.json({ ...options, method: 'POST', path: `${one(id)}/revoke`, repeatable: true }),
    delete: (id, options) => api.json({ ...options, method: 'DELETE', path: one(id) }),
  }
}
