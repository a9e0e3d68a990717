/** What can change the inputs of runs before their model is asked. */
export interface InputProcessor {
  /** What `input_processor` names. */
  readonly name: string
  readonly description: string
  /** Runs of tasks that name one which is not are refused. */
  readonly enabled: boolean
  /** JSON Schema of its `config`. */
  readonly config_schema: { readonly [member: string]: unknown }
}
