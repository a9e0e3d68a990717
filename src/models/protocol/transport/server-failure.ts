/** A response whose status is no success, as it came. It has no stack: it is told what the server said, and never logged as it is. */
export class ServerFailure extends Error {
  override readonly name = 'ServerFailure'
  readonly status: number
  /** Its JSON, else its text. */
  readonly body: unknown
  readonly header: (name: string) => string | null

  constructor(status: number, text: string, header: (name: string) => string | null = () => null) {
    const limit = Error.stackTraceLimit
    // To write down a stack takes longer than to read a refusal, and a model in trouble refuses every call.
    Error.stackTraceLimit = 0
    super(`the model server answered ${status}`)
    Error.stackTraceLimit = limit
    this.status = status
    this.body = parse(text)
    this.header = header
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
