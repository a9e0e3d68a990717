import type { Revision } from '@splitrun/client'

/** What is no field that one sets. */
const NOT_SET: ReadonlySet<string> = new Set([
  ...['id', 'created', 'modified', 'active', 'tags'],
  ...['test', 'annotation', 'output_modality', 'input_params'],
])

/** The fields of a revision that another one can be given, known here or not. */
export const settableOf = (revision: Revision): Record<string, unknown> =>
  Object.fromEntries(Object.entries(revision).filter(([name]) => !NOT_SET.has(name)))

/** As JSON whose members are in order: servers may keep them in another one. */
export const orderedJson = (value: unknown): string =>
  JSON.stringify(value, (_, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
