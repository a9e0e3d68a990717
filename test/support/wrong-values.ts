import { z } from 'zod'

/** A value for a whole schema, wrong at one place. */
export interface Wrong {
  readonly value: unknown
  readonly path: readonly (string | number)[]
  /** Of that place alone. */
  readonly schema: z.core.$ZodType
  readonly given: unknown
}

const WRONG: readonly unknown[] = [
  ...[null, true, -1.5, 1e300, '', 'x'.repeat(2_000_000), '\ud800'],
  ...[[], [null], [[]], {}, { unknown: 1 }, { type: 'unknown' }],
]
const DEEPEST = 8

/** What may be wrong in a request: at each member of its schema, whatever shape leads to it, a value of each kind. */
export function* wrongValues(schema: z.core.$ZodType, depth = 0): Generator<Wrong> {
  for (const given of WRONG) yield { value: given, path: [], schema, given }
  if (depth < DEEPEST) yield* wrongBelow(schema, depth)
}

function* wrongBelow(schema: z.core.$ZodType, depth: number): Generator<Wrong> {
  for (const inner of insideOf(schema)) yield* wrongBelow(inner, depth)
  if (schema instanceof z.ZodObject) {
    const words = literalsOf(schema)
    for (const [name, member] of Object.entries(schema.def.shape)) {
      for (const wrong of wrongValues(member as z.core.$ZodType, depth + 1))
        yield under(wrong, name, { ...words, [name]: wrong.value })
    }
  }
  if (schema instanceof z.ZodArray) {
    for (const wrong of wrongValues(schema.element, depth + 1)) yield under(wrong, 0, [wrong.value])
  }
  if (schema instanceof z.ZodRecord) {
    for (const wrong of wrongValues(schema.valueType, depth + 1))
      yield under(wrong, 'name', { name: wrong.value })
    for (const name of ['', '-', 'X y', 'x'.repeat(101)])
      yield { value: { [name]: 1 }, path: [name], schema: z.never(), given: 1 }
  }
}

const under = (wrong: Wrong, step: string | number, value: unknown): Wrong => ({
  ...wrong,
  path: [step, ...wrong.path],
  value,
})

/** Other spellings of the same place: the shapes of a union, and what is wrapped. */
function insideOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.def.options
  if (schema instanceof z.ZodPipe) return [schema.in instanceof z.ZodTransform ? schema.out : schema.in]
  if (schema instanceof z.ZodLazy) return [schema.def.getter()]
  const { innerType } = schema._zod.def as { innerType?: z.core.$ZodType }
  return innerType ? [innerType] : []
}

/** The words that tell one shape from the others of its union. */
function literalsOf({ def }: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(def.shape).flatMap(([name, member]) =>
      member instanceof z.ZodLiteral ? [[name, member.value]] : [],
    ),
  )
}
