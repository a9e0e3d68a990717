export interface BodyLimits {
  /** Bytes of a body, or of a form's fields. */
  readonly bodyLimit: number
  /** Bytes of one file. */
  readonly imageLimit: number
  readonly filesMax: number
  readonly fieldsMax: number
}

export interface BodyOptions extends BodyLimits {
  /** Told of every piece that is kept; throws an ApiError where there is no room for it. */
  hold(bytes: number): void
  /** Names of the fields that take files, and of those that take text; what a part under another name is, it must say. */
  readonly fileFields?: readonly string[]
  readonly textFields?: readonly string[]
  /** Bytes that files in base64 within JSON may add to a body; absent: none. */
  readonly filesInJsonLimit?: number
  /** The member whose numbers stay as they are written. */
  readonly exactMember?: string | undefined
}

/** A file that was sent in a field, or as one. */
export interface SentFile {
  readonly field: string
  /** What the caller calls it, if anything. */
  readonly name: string | null
  readonly data: Buffer
}

/** A body as it was sent: its fields, and the files beside them. */
export interface ReadBody {
  readonly fields: unknown
  readonly files: readonly SentFile[]
  /** True where every field is text still, for its schema to say what it stands for: see `readForm`. */
  readonly isForm: boolean
}
