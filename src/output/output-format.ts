import { z } from 'zod'
import { checkFormat, type FormatLimits } from './check-format.ts'
import type { OutputTypeName, Scalar } from './output-type.ts'

/** The long form of an entry. A member that is null counts as absent. */
export interface OutputSpec {
  readonly type: OutputTypeName
  readonly description?: string | null
  /** The allowed values; of a list, of its items. */
  readonly options?: readonly Scalar[] | null
  /** Only on lists. Without it a list holds objects where `nested_structure` stands, else strings. */
  readonly item_type?: OutputTypeName | null
  readonly nested_structure?: OutputFormat | null
  /** `false`: the key may be absent, and is null then. */
  readonly required?: boolean | null
}

/** What a revision's answers look like, exactly as the caller wrote it: section 7 of the contract. */
export interface OutputFormat {
  readonly [key: string]: OutputTypeName | OutputSpec
}

/**
 * The schema of an `output_format` on the wire. What it parses is the caller's own object, untouched, since
 * it is shown back as it was sent. Issues carry the path of the offending member. Hostile input costs no
 * more than its first `maxKeys` keys and `maxDepth` levels.
 */
export function outputFormatSchema(limits: FormatLimits): z.ZodType<OutputFormat> {
  const schema = z
    .unknown()
    .superRefine((input, context) => {
      checkFormat(input, limits, (path, message) =>
        context.addIssue({ code: 'custom', path: [...path], message, input }),
      )
    })
    .meta({
      type: 'object',
      minProperties: 1,
      description: 'A map from key to a type name (`string`, `integer`, ...) or a spec with a `type`.',
    })
  // z.record would give the type, but it copies the map and silently drops a key named __proto__.
  return schema as z.ZodType<OutputFormat>
}
