import { ApiError, type Reason } from '../platform/errors.ts'

/** A refusal by a limit, with the headers that say how far limits are used. */
export class PolicyError extends ApiError {
  readonly headers: Readonly<Record<string, string>>

  constructor(
    reason: Reason,
    message: string,
    extra: Record<string, unknown>,
    headers: Readonly<Record<string, string>>,
  ) {
    super(reason, message, extra)
    this.headers = headers
  }
}
