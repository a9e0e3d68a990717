/**
 * Every error code (`reason` on the wire) with its HTTP status: the closed list in section 2 of the contract. Clients
 * branch on the reason, never on the message, so a reason is never renamed.
 */
export const REASONS = {
  MALFORMED_JSON: 400,
  MALFORMED_ID: 400,
  MALFORMED_REQUEST: 400,
  DUPLICATE_TASK_NAME: 400,
  DUPLICATE_TAG_NAME: 400,
  INVALID_SCOPE: 400,
  UNSUPPORTED_GRANT_TYPE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_CHECK_FAILED: 403,
  NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  PROJECT_NOT_FOUND: 404,
  TASK_NOT_FOUND: 404,
  TASK_REVISION_NOT_FOUND: 404,
  TASK_RUN_NOT_FOUND: 404,
  TAG_NOT_FOUND: 404,
  FILE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  TASK_DISABLED: 409,
  TOO_MANY_REVISIONS: 409,
  TOO_MANY_TAGS: 409,
  NO_ACTIVE_REVISION: 409,
  INPUT_PROCESSORS_UNAVAILABLE: 409,
  ID_CONFLICT: 409,
  CREDENTIAL_REVOKED: 409,
  IMPORT_CONFLICT: 409,
  RUN_CANCELLED: 409,
  STALE_TASK: 412,
  BODY_TOO_LARGE: 413,
  FILE_TOO_LARGE: 413,
  TOO_MANY_FILES: 413,
  EXPORT_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  NOT_AN_IMAGE: 415,
  UNSUPPORTED_IMAGE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  TOO_MANY_REQUESTS: 429,
  PROJECT_QUEUE_FULL: 429,
  PROJECT_STORAGE_FULL: 429,
  HEADERS_TOO_LARGE: 431,
  INTERNAL_ERROR: 500,
  MODEL_ERROR: 502,
  MODEL_UNAVAILABLE: 502,
  OUTPUT_INVALID: 502,
  INPUT_INVALID: 502,
  WORKER_LOST: 502,
  STORE_UNAVAILABLE: 503,
  FILES_UNAVAILABLE: 503,
  SHUTTING_DOWN: 503,
  QUEUE_FULL: 503,
  RUN_EXPIRED: 504,
} as const

export type Reason = keyof typeof REASONS

/**
 * An error with two texts: `message` is for the caller, `cause` only for the log. `extra` is merged into the `detail`
 * object of the response.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly reason: Reason
  readonly extra: Readonly<Record<string, unknown>>

  constructor(reason: Reason, message: string, extra: Record<string, unknown> = {}, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
    this.extra = extra
  }

  get status(): number {
    return REASONS[this.reason]
  }
}

/**
 * One mistake in a request, in the shape of section 2 of the contract: its place, a text, and a machine-readable kind.
 */
export interface ValidationIssue {
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly type: string
}

/** The error for an invalid request: status 422 with the list of issues. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError'
  readonly status = 422
  readonly issues: readonly ValidationIssue[]

  constructor(issues: readonly ValidationIssue[]) {
    super(issues.map((issue) => `${issue.loc.join('.')}: ${issue.msg}`).join('; '))
    this.issues = issues
  }

  /** An error with a single issue. */
  static at(loc: readonly (string | number)[], msg: string, type = 'value_error'): ValidationError {
    return new ValidationError([{ loc, msg, type }])
  }
}
