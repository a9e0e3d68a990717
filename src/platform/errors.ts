/**
 * Every error code (`reason` on the wire) with its HTTP status: the closed list in section 2 of the contract. Clients
 * branch on the reason, never on the message, so a reason is never renamed.
 */
export const REASONS = {
  MALFORMED_JSON: 400,
  MALFORMED_ID: 400,
  MALFORMED_REQUEST: 400,
  DUPLICATE_TASK_NAME: 400,
  DUPLICATE_TASK_ALIAS: 400,
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
  TRAFFIC_CHANGE_NOT_FOUND: 404,
  RUN_NOT_DONE: 409,
  SHADOW_NOT_FOUND: 404,
  ROLLOUT_NOT_FOUND: 404,
  ROLLOUT_RUNNING: 409,
  ROLLOUT_NOT_RUNNING: 409,
  TASK_RUN_NOT_FOUND: 404,
  TAG_NOT_FOUND: 404,
  FILE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  REQUEST_TIMEOUT: 408,
  TASK_DISABLED: 409,
  TOO_MANY_TASKS: 409,
  TASK_STORAGE_FULL: 409,
  TOO_MANY_REVISIONS: 409,
  TOO_MANY_TAGS: 409,
  TOO_MANY_KEYS: 409,
  NO_ACTIVE_REVISION: 409,
  INPUT_PROCESSORS_UNAVAILABLE: 409,
  ID_CONFLICT: 409,
  CREDENTIAL_REVOKED: 409,
  IMPORT_CONFLICT: 409,
  RUN_CANCELLED: 409,
  STALE_TASK: 412,
  STALE_POLICIES: 412,
  CONDITION_UNSUPPORTED: 412,
  BODY_TOO_LARGE: 413,
  FILE_TOO_LARGE: 413,
  TOO_MANY_FILES: 413,
  EXPORT_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  NOT_AN_IMAGE: 415,
  UNSUPPORTED_IMAGE: 415,
  UNSUPPORTED_FILE: 415,
  RANGE_NOT_SATISFIABLE: 416,
  IDEMPOTENCY_KEY_REUSED: 422,
  TOO_MANY_REQUESTS: 429,
  RATE_LIMITED: 429,
  BUDGET_EXCEEDED: 429,
  PROJECT_QUEUE_FULL: 429,
  PROJECT_STORAGE_FULL: 429,
  HEADERS_TOO_LARGE: 431,
  INTERNAL_ERROR: 500,
  FILE_DAMAGED: 500,
  MODEL_ERROR: 502,
  MODEL_UNAVAILABLE: 502,
  MODEL_RETIRED: 502,
  OUTPUT_INVALID: 502,
  OUTPUT_TRUNCATED: 502,
  OUTPUT_NOT_WRITTEN: 502,
  CONTENT_FILTERED: 502,
  MODEL_REFUSED: 502,
  INPUT_INVALID: 502,
  DOCUMENT_UNREADABLE: 502,
  DOCUMENT_TOO_LARGE: 502,
  INPUT_PROCESSOR_FAILED: 502,
  WORKER_LOST: 502,
  ANSWER_REPLACED: 502,
  STORE_UNAVAILABLE: 503,
  FILES_UNAVAILABLE: 503,
  SHUTTING_DOWN: 503,
  QUEUE_FULL: 503,
  RUN_EXPIRED: 504,
  RUN_UNFINISHED: 504,
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

/** So many issues are told of, and the last of these says how many more there are. */
export const MOST_ISSUES = 100
/** Characters of one step of a place, and of a message: a caller's own keys stand in both. */
const LONGEST_STEP = 200
const LONGEST_MESSAGE = 1000

/**
 * A request that was understood and refused: answers 422 with the list of what is wrong. However much is wrong, the
 * list stays small: it is made of input, and a small request must not bring a large answer.
 */
export class ValidationError extends Error {
  override readonly name = 'ValidationError'
  readonly status = 422
  readonly issues: readonly ValidationIssue[]

  constructor(issues: readonly ValidationIssue[]) {
    const told = boundIssues(issues)
    super(told.map((issue) => `${issue.loc.join('.')}: ${issue.msg}`).join('; '))
    this.issues = told
  }

  /** An error with a single issue. */
  static at(loc: readonly (string | number)[], msg: string, type = 'value_error'): ValidationError {
    return new ValidationError([{ loc, msg, type }])
  }
}

/** At most MOST_ISSUES of them, each cut to a bounded length. */
export function boundIssues(issues: readonly ValidationIssue[]): ValidationIssue[] {
  const told = issues.slice(0, issues.length > MOST_ISSUES ? MOST_ISSUES - 1 : MOST_ISSUES)
  const bounded = told.map(({ loc, msg, type }) => ({
    loc: loc.map((step) => (typeof step === 'string' ? cutText(step, LONGEST_STEP) : step)),
    msg: cutText(msg, LONGEST_MESSAGE),
    type,
  }))
  const more = issues.length - told.length
  const where = issues[0]?.loc[0] ?? 'body'
  return more > 0 ? [...bounded, { loc: [where], msg: `and ${more} more`, type: 'more' }] : bounded
}

/** A text of at most so many characters; the last one of a text that was cut is an ellipsis. */
export function cutText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`
}
