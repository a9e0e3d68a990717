import { z } from 'zod'
import { checkFormat, type FormatLimits } from './check-format.ts'
import { OUTPUT_TYPES, type OutputTypeName, type Scalar } from './output-type.ts'

/** The long form of an entry. A member with null counts as absent. */
export interface OutputSpec {
  readonly type: OutputTypeName
  readonly description?: string | null
  /** The allowed values; for a list, those of its items. */
  readonly options?: readonly Scalar[] | null
  /** Only for lists. Without it, the items are objects when there is a `nested_structure`, else strings. */
  readonly item_type?: OutputTypeName | null
  readonly nested_structure?: OutputFormat | null
  /** `false`: the model may leave the key out; its value is null then. */
  readonly required?: boolean | null
}

/** The shape of a revision's responses, exactly as the caller wrote it: section 7 of the contract. */
export interface OutputFormat {
  readonly [key: string]: OutputTypeName | OutputSpec
}

const TYPES = Object.keys(OUTPUT_TYPES)
const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] })

/**
 * The grammar of `output_format` for the OpenAPI document: what `checkFormat` checks, as far as JSON Schema can express
 * it.
 */
export const outputFormatShape = (z.unknown() as z.ZodType<OutputFormat, OutputFormat>).meta({
  id: 'OutputFormat',
  description:
    'A map from key to a type name (`string`, `integer`, ...) or a spec with a `type`. An object needs a ' +
    '`nested_structure`; only a list has an `item_type`.',
  type: 'object',
  minProperties: 1,
  propertyNames: { type: 'string', pattern: '^[a-zA-Z0-9_.-]{1,64}$' },
  additionalProperties: {
    anyOf: [
      { type: 'string', enum: TYPES.filter((name) => name !== 'object') },
      {
        type: 'object',
        required: ['type'],
        additionalProperties: false,
        properties: {
          type: { type: 'string', enum: TYPES },
          description: { type: ['string', 'null'] },
          options: orNull({ type: 'array', minItems: 1, items: { type: ['string', 'number', 'boolean'] } }),
          item_type: orNull({ type: 'string', enum: TYPES }),
          nested_structure: orNull({ $ref: '#/components/schemas/OutputFormat' }),
          required: { type: ['boolean', 'null'], description: 'False: the key may be absent.' },
        },
      },
    ],
  },
  examples: [{ sentiment: { type: 'string', options: ['positive', 'negative'] }, score: 'number' }],
})

/**
 * The schema of an `output_format` on the wire. It returns the caller's object unchanged, since the format is shown as
 * it was sent. Each issue has the path of the wrong member. Of hostile input, at most `maxKeys` keys and `maxDepth`
 * levels are checked.
 */
export function outputFormatSchema(limits: FormatLimits): z.ZodType<OutputFormat> {
  // z.record would give the type, but it copies the map and silently drops a key named __proto__.
  return outputFormatShape.superRefine((input, context) => {
    checkFormat(input, limits, (path, message) =>
      context.addIssue({ code: 'custom', path: [...path], message, input }),
    )
  })
}
