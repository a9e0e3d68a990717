import fc, { isReadAsWritten } from './fast-check.ts'

/** Names and texts that mean something somewhere. */
const odd = fc.constantFrom(
  ...['__proto__', 'constructor', 'toString', '', ' ', '\0', '\r\n', '\ud800', 'null', '[]', '{}', '1e999'],
  ...['{text}', '{{text}}', '{{{', '}}', '$&', '%00', '../', '"', "'", '-1', 'NaN', '\u202e', 'text'],
)
/** A text of any kind. */
export const anyText = fc.oneof(
  odd,
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
/** The name of a member. */
export const anyKey = anyText.filter(isReadAsWritten)
/** A value of JSON of any kind. */
export const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    anyText,
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(anyKey, tie('value'), { maxKeys: 4 }),
  ),
})).value

/** A text with some of its characters taken away, doubled or replaced. */
export const damaged = (text: string) =>
  fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(8), fc.oneof(odd, fc.string({ maxLength: 3 }))), {
      minLength: 1,
      maxLength: 5,
    })
    .map((cuts) =>
      cuts.reduce((all, [at, length, by]) => all.slice(0, at) + by + all.slice(at + length), text),
    )
