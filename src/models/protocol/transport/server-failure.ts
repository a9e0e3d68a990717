/** A response whose status is no success, as it came. */
export class ServerFailure extends Error {
  override readonly name = 'ServerFailure'
  readonly status: number
  /** Its JSON, else its text. */
  readonly body: unknown
  readonly header: (name: string) => string | null

  constructor(status: number, text: string, header: (name: string) => string | null = () => null) {
    super(`the model server answered ${status}`)
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
