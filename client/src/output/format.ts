/** The types that need no more than a name. */
export type ShortTypeName =
  | 'str'
  | 'string'
  | 'int'
  | 'integer'
  | 'number'
  | 'float'
  | 'bool'
  | 'boolean'
  | 'list'
  | 'array'

export type TypeName = ShortTypeName | 'object'

/** The long form of an entry. A member that is null counts as absent. */
export interface OutputSpec {
  readonly type: TypeName
  readonly description?: string | null
  /** The allowed values; for a list, those of its items. */
  readonly options?: readonly (string | number | boolean)[] | null
  /** Only for lists. Without it, the items are objects when there is a `nested_structure`, else strings. */
  readonly item_type?: TypeName | null
  readonly nested_structure?: OutputFormat | null
  /** `false`: the model may leave the key out; its value is null then. */
  readonly required?: boolean | null
}

/** A task's `output_format`. */
export interface OutputFormat {
  readonly [key: string]: TypeName | OutputSpec
}
