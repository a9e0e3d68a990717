import { TextDiff } from '../../parts/text/text-diff.tsx'
import { type Draft, FIELDS, type Field, textOf } from './draft.ts'

interface FieldDiffsProps {
  readonly before: Draft
  readonly after: Draft
  readonly fields: readonly Field[]
}

/** Some fields, each with what was taken out and put in. */
export const FieldDiffs = ({ before, after, fields }: FieldDiffsProps) =>
  fields.map((field) => (
    <section key={field} aria-label={FIELDS[field]}>
      <h2>{FIELDS[field]}</h2>
      <TextDiff before={textOf(before, field)} after={textOf(after, field)} />
    </section>
  ))
