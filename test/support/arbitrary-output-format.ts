import type { OutputFormat, OutputSpec } from '../../src/output/output-format.ts'
import type { OutputTypeName, Scalar } from '../../src/output/output-type.ts'
import fc from './fast-check.ts'

const STRINGS: OutputTypeName[] = ['str', 'string']
const INTEGERS: OutputTypeName[] = ['int', 'integer']
const NUMBERS: OutputTypeName[] = ['number', 'float']
const BOOLEANS: OutputTypeName[] = ['bool', 'boolean']
const LISTS: OutputTypeName[] = ['list', 'array']
const SCALARS = [...STRINGS, ...INTEGERS, ...NUMBERS, ...BOOLEANS]

/** Any UTF-16 unit, halves of pairs included. fast-check's own `binary` unit takes a second to build. */
const anyUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code))
const string = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: anyUnit, maxLength: 6 }),
  fc.constantFrom('', ' ', '"', '42', 'true'),
)
const integer = fc.maxSafeInteger()
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)

const key = fc
  .oneof(
    fc.stringMatching(/^[a-zA-Z0-9_.-]{1,8}$/),
    fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'length', 'a.b', '-', '0'),
  )
  .filter((name) => name !== '__proto__')

const common = fc.record({ description: string, required: fc.boolean() }, { requiredKeys: [] })

function scalarOf(type: OutputTypeName): fc.Arbitrary<Scalar> {
  if (STRINGS.includes(type)) return string
  if (INTEGERS.includes(type)) return integer
  return NUMBERS.includes(type) ? number : fc.boolean()
}

const scalarSpec = fc.constantFrom(...SCALARS).chain((type) => {
  const options = fc.uniqueArray(scalarOf(type), { minLength: 1, maxLength: 4, comparator: 'SameValueZero' })
  return fc
    .tuple(common, fc.option(options))
    .map(([rest, chosen]): OutputSpec => (chosen ? { type, options: chosen, ...rest } : { type, ...rest }))
})
const list = fc.constantFrom(...LISTS)
const listSpec = fc.oneof(
  fc.tuple(list, common).map(([type, rest]): OutputSpec => ({ type, ...rest })),
  fc.tuple(list, scalarSpec).map(([type, items]): OutputSpec => ({ ...items, type, item_type: items.type })),
  fc.tuple(list, list, common).map(([type, item_type, rest]): OutputSpec => ({ type, item_type, ...rest })),
)

const { format } = fc.letrec<{ format: OutputFormat; entry: OutputFormat[string] }>((tie) => ({
  format: fc.dictionary(key, tie('entry'), { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
  entry: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(...SCALARS, ...LISTS),
    scalarSpec,
    listSpec,
    fc.tuple(tie('format'), common).map(
      ([nested_structure, rest]): OutputSpec => ({
        type: 'object',
        nested_structure,
        ...rest,
      }),
    ),
    fc
      .tuple(list, tie('format'), fc.constantFrom({}, { item_type: 'object' as const }), common)
      .map(
        ([type, nested_structure, item, rest]): OutputSpec => ({ type, nested_structure, ...item, ...rest }),
      ),
  ),
}))

/** Any valid output_format of section 7: every spelling of every type, at most five levels of up to five keys. */
export const arbitraryOutputFormat: fc.Arbitrary<OutputFormat> = format

/**
 * Any answer that fits the format as it stands, optional keys null where they are not given. It is made from
 * the format itself, not from its compiled form, so it can be held against that.
 */
export function arbitraryAnswer(wanted: OutputFormat): fc.Arbitrary<Record<string, unknown>> {
  const members = Object.entries(wanted).map(([name, entry]) => {
    const spec: OutputSpec = typeof entry === 'string' ? { type: entry } : entry
    const value = memberOf(spec)
    return fc.tuple(fc.constant(name), spec.required === false ? fc.option(value) : value)
  })
  return fc.tuple(...members).map((entries) => Object.fromEntries(entries))
}

function memberOf(spec: OutputSpec): fc.Arbitrary<unknown> {
  if (!LISTS.includes(spec.type)) return elementOf(spec.type, spec)
  const itemType = spec.item_type ?? (spec.nested_structure ? 'object' : 'string')
  return fc.array(elementOf(itemType, spec), { maxLength: 3 })
}

function elementOf(type: OutputTypeName, { options, nested_structure }: OutputSpec): fc.Arbitrary<unknown> {
  if (nested_structure) return arbitraryAnswer(nested_structure)
  if (LISTS.includes(type)) return fc.array(string, { maxLength: 3 })
  return options ? fc.constantFrom(...options) : scalarOf(type)
}
