/** A model that revisions may name, by its id, name or alias. */
export interface Model {
  readonly id: string
  readonly name: string
  readonly alias: string
  readonly provider: string
  readonly description: string
  readonly supports_vision: boolean
  readonly supports_image_output: boolean
  readonly supports_audio_output: boolean
  /** Whether it is sent PDF documents as they are, and recordings. */
  readonly supports_pdf: boolean
  readonly supports_audio: boolean
  /** What it knows of structured output, by its configuration. */
  readonly output: 'json_schema' | 'json_object' | 'none'
  /** Most tokens of one answer; absent where the configuration does not say. */
  readonly max_output_tokens?: number | undefined
  /** Credits per million tokens; absent where no price is known. */
  readonly price?:
    | {
        readonly input: number
        readonly cached_input: number
        readonly cache_write: number
        readonly output: number
      }
    | undefined
  /** When its server shuts it down; absent where the server does not say. */
  readonly retires?: string | undefined
  /** Of a model that retires: tasks that use it, at most 100. */
  readonly used_by?: readonly { readonly id: string; readonly name: string }[] | undefined
  /** What its server said that it does not know, and what is done without until then. */
  readonly adapted?:
    | {
        readonly output: 'json_object' | 'none' | null
        readonly dropped: readonly string[]
        readonly max_tokens_as: string | null
        readonly no_system_turn: boolean
        readonly until: string
      }
    | undefined
}

/** What was tried of a model, and what to do about what failed. */
export interface ModelChecks {
  readonly model: string
  readonly checks: readonly {
    readonly check:
      | 'reachable'
      | 'key'
      | 'listed'
      | 'text'
      | 'schema'
      | 'vision'
      | 'pdf'
      | 'audio'
      | 'image_output'
      | 'audio_output'
      | 'streaming'
      | 'usage'
    readonly result: 'ok' | 'failed' | 'skipped'
    readonly detail: string
    readonly fix: string | null
  }[]
}
