/** What a task answers, worked out from the `output_format` that it was written with. */
export type Output<Format> = { -readonly [Key in keyof Format]: Entry<Format[Key]> }

type Entry<Spec> = Spec extends string
  ? Named<Spec, null>
  : Spec extends { required: infer Required }
    ? false extends Required
      ? Specified<Spec> | null
      : Specified<Spec>
    : Specified<Spec>

type Specified<Spec> = Spec extends { type: infer Type }
  ? Type extends 'list' | 'array'
    ? Items<Spec>[]
    : Scalars<Spec, Named<Type, Nested<Spec>>>
  : unknown

type Items<Spec> = Spec extends { item_type: infer Type extends string }
  ? Type extends 'list' | 'array'
    ? Scalars<Spec, string>[]
    : Scalars<Spec, Named<Type, Nested<Spec>>>
  : Nested<Spec> extends null
    ? Scalars<Spec, string>
    : Output<Nested<Spec>>

/** The allowed values, where they are named. */
type Scalars<Spec, Otherwise> = Spec extends { options: readonly (infer Option)[] } ? Option : Otherwise

/** The map within a spec; null where there is none. */
type Nested<Spec> = Spec extends { nested_structure: infer Inner extends object } ? Inner : null

type Named<Type, Inner> = Type extends 'str' | 'string'
  ? string
  : Type extends 'int' | 'integer' | 'number' | 'float'
    ? number
    : Type extends 'bool' | 'boolean'
      ? boolean
      : Type extends 'list' | 'array'
        ? string[]
        : Inner extends null
          ? Record<string, unknown>
          : Output<Inner>
