import type { Run, TaskRecord } from '@splitrun/client'
import type { Draft } from './draft.ts'

/** An input as it is typed: a text, or JSON where it is to be something else. */
export interface Typed {
  readonly text: string
  readonly isJson: boolean
}

/** One of the things that are tried side by side. */
export interface Column {
  readonly key: string
  /** The revision, or the one that the draft was made of. */
  readonly revision: string
  readonly draft: Draft | null
  /** Its last run, and what the column was then. */
  readonly run: { readonly id: string; readonly of: string } | null
}

/** What a column runs, to tell whether it has changed. */
export const contentOf = ({ revision, draft }: Column): string => JSON.stringify([revision, draft])

/** What lies on the playground's table for a task. It stays there while one looks at other pages. */
export interface Workbench {
  readonly inputs: Readonly<Record<string, Typed>>
  readonly images: readonly Blob[]
  readonly columns: readonly Column[]
  /** The run that the inputs were taken from. */
  readonly source: string | null
}

/** Each is a connection while it runs, and without HTTP/2 a browser has six for all that it asks of a server. */
export const MOST_COLUMNS = 4

export const newColumn = (revision: string, draft: Draft | null = null): Column => ({
  key: `${Date.now()}.${Math.random()}`,
  revision,
  draft,
  run: null,
})

/** Two revisions to begin with: the one with most of the traffic and the newest; where that is one, another. */
function firstRevisions(task: TaskRecord): string[] {
  const active = task.active_revisions
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ task_revision_id }) => task_revision_id)
  // Tests are drafts of somebody's, until there is nothing else.
  const newest = task.revisions.toSorted((a, b) => Number(a.test) - Number(b.test)).map(({ id }) => id)
  return [...new Set([...active.slice(0, 1), ...newest.slice(0, 1), ...active, ...newest])].slice(0, 2)
}

/** The columns that an address names, as far as there are such revisions. */
export function columnsOf(task: TaskRecord, named: string | undefined): Column[] {
  const known = (named ?? '').split(',').filter((id) => task.revisions.some((each) => each.id === id))
  return (known.length > 0 ? known : firstRevisions(task)).slice(0, MOST_COLUMNS).map((id) => newColumn(id))
}

export const emptyWorkbench = { inputs: {}, images: [], source: null } as const

/** The inputs of a run as one would have typed them. */
export const typedOf = (submitted: Run['run_data']['submitted']): Record<string, Typed> =>
  Object.fromEntries(
    Object.entries(submitted).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? { text: value, isJson: false }
        : { text: JSON.stringify(value, null, 2), isJson: true },
    ]),
  )

/**
 * What is sent: each parameter, and what a run had beside.
 * @throws {SyntaxError} where JSON is none; its message begins with the name
 */
export function inputsOf(typed: Workbench['inputs'], parameters: readonly string[]): Record<string, unknown> {
  const names = [...new Set([...parameters, ...Object.keys(typed)])]
  return Object.fromEntries(
    names.map((name) => {
      const { text, isJson } = typed[name] ?? { text: '', isJson: false }
      if (!isJson) return [name, text]
      try {
        return [name, JSON.parse(text)]
      } catch (error) {
        throw new SyntaxError(`${name}: ${(error as Error).message}`)
      }
    }),
  )
}
