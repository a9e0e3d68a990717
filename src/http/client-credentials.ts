import type { Request } from 'express'
import { OAuthError } from '../tenancy/oauth-error.ts'

export interface ClientCredentials {
  readonly clientId: string
  readonly secret: string
}

/**
 * Who asks for a token: by HTTP Basic, or by the fields of the body (RFC 6749, section 2.3.1).
 * @throws {OAuthError} invalid_client when it is neither, invalid_request when they contradict each other
 */
export function readClientCredentials(
  request: Request,
  body: { client_id?: string | undefined; client_secret?: string | undefined },
): ClientCredentials {
  const basic = readBasic(request.headers.authorization)
  const { client_id: clientId, client_secret: secret } = body
  if (basic) {
    // Clients that name themselves twice are common; two different names are a mistake.
    if ((clientId ?? basic.clientId) !== basic.clientId || (secret ?? basic.secret) !== basic.secret) {
      throw new OAuthError(
        'invalid_request',
        'MALFORMED_REQUEST',
        'The body and the Authorization header name different clients.',
      )
    }
    return basic
  }
  if (clientId === undefined || secret === undefined) {
    throw new OAuthError('invalid_client', 'UNAUTHENTICATED', 'A client id and its secret are required.')
  }
  return { clientId, secret }
}

function readBasic(header: string | undefined): ClientCredentials | null {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '')?.[1]
  if (!encoded) return null
  const [clientId = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return { clientId: decode(clientId), secret: decode(rest.join(':')) }
}

/** The standard wants both form-encoded; most clients send them raw, which is the same for ids and secrets of ours. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
