import type { Client, Revision, TaskRecord } from '@splitrun/client'
import { orderedJson, settableOf } from '../../parts/revisions/settable.ts'

/** What a draft changes of a revision; objects as JSON, empty for none. */
export interface Draft {
  readonly system_prompt: string
  readonly user_prompt: string
  readonly llm_model_id: string
  readonly output_format: string
  readonly llm_config: string
}

const written = (value: unknown): string => (value === null ? '' : JSON.stringify(value, null, 2))

export const draftOf = (revision: Revision): Draft => ({
  system_prompt: revision.system_prompt,
  user_prompt: revision.user_prompt,
  llm_model_id: revision.llm_model_id,
  output_format: written(revision.output_format),
  llm_config: written(revision.llm_config),
})

/** Whether it is what the revision is. */
export function isUnchanged(draft: Draft, revision: Revision): boolean {
  const before = draftOf(revision)
  return (Object.keys(before) as (keyof Draft)[]).every((field) => draft[field] === before[field])
}

function parse(name: string, text: string) {
  if (text.trim() === '') return null
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SyntaxError(`${name}: ${(error as Error).message}`)
  }
}

/** @throws {SyntaxError} where JSON is none; its message begins with the field's name */
function fieldsOf(draft: Draft, base: Revision) {
  return {
    // What a draft does not change comes from the revision that it was made of.
    ...settableOf(base),
    ...draft,
    output_format: parse('Output format', draft.output_format),
    llm_config: parse('Parameters of the model', draft.llm_config),
  }
}

/** The revision with these fields, if the task has one. */
function findSame(task: TaskRecord, fields: Readonly<Record<string, unknown>>): Revision | undefined {
  return task.revisions.find((revision) =>
    Object.entries(fields).every(
      ([name, value]) => orderedJson(revision[name as keyof Revision]) === orderedJson(value),
    ),
  )
}

/**
 * The id of the revision that a draft is. A draft that no revision equals becomes a test revision, which gets no traffic.
 * @throws {SyntaxError} where JSON is none
 */
export async function saveDraft(
  client: Client,
  task: TaskRecord,
  base: Revision,
  draft: Draft,
): Promise<string> {
  const fields = fieldsOf(draft, base)
  const known = findSame(task, fields)
  if (known) return known.id
  const changed = await client.request<TaskRecord>({
    method: 'POST',
    path: `P/task/${task.id}`,
    query: { include_tests: true },
    body: { ...fields, test: true },
  })
  const made = findSame(changed, fields) ?? changed.revisions.find(({ test }) => test)
  if (!made) throw new Error('The server has made no revision of the draft.')
  return made.id
}
