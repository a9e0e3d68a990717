/** A processor gave nothing: its own fault, or that of what it was given. The message is for callers. */
export class ProcessorFailure extends Error {
  override readonly name = 'ProcessorFailure'
  readonly retryable: boolean

  constructor(message: string, retryable: boolean, cause?: unknown) {
    super(message, { cause })
    this.retryable = retryable
  }
}
