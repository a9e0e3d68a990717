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
  /** The member whose numbers stay as they are written. */
  readonly exactMember?: string | undefined
}

/** A body as it was sent: its fields, and the files beside them. */
export interface ReadBody {
  readonly fields: unknown
  readonly files: readonly { readonly field: string; readonly data: Buffer }[]
  /** True where every field is text still, for its schema to say what it stands for: see `readForm`. */
  readonly isForm: boolean
}
