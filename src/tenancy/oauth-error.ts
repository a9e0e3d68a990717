import { ApiError, type Reason } from '../platform/errors.ts'

/** Codes of RFC 6749, section 5.2; the last two are those of section 4.1.2.1. */
export const OAUTH_CODES = [
  'invalid_request',
  'invalid_client',
  'invalid_scope',
  'unsupported_grant_type',
  'temporarily_unavailable',
  'server_error',
] as const
export type OAuthCode = (typeof OAUTH_CODES)[number]

/** A refusal by the token endpoint, where OAuth says what an error looks like; ours stands beside it. */
export class OAuthError extends ApiError {
  readonly code: OAuthCode

  constructor(code: OAuthCode, reason: Reason, message: string, extra: Record<string, unknown> = {}) {
    super(reason, message, extra)
    this.code = code
  }
}
