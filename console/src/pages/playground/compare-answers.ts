/** A place in answers, and what each of them has there. */
export interface ComparedField {
  /** `topics.0`; empty for a whole answer that has no members. */
  readonly path: string
  /** As text; null where an answer has nothing there. */
  readonly values: readonly (string | null)[]
  readonly differs: boolean
}

/** More are not compared; whoever needs them has the answers. */
const MOST = 500

function collect(value: unknown, path: string, found: Map<string, string>): void {
  if (found.size >= MOST) return
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (members.length === 0) found.set(path, typeof value === 'string' ? value : JSON.stringify(value))
  for (const [name, member] of members) collect(member, path === '' ? name : `${path}.${name}`, found)
}

/** Answers field by field, in the order of the first that has a field; `undefined` is an answer that is not there. */
export function compareAnswers(answers: readonly unknown[]): ComparedField[] {
  const flat = answers.map((answer) => {
    const found = new Map<string, string>()
    if (answer !== undefined) collect(answer, '', found)
    return found
  })
  const paths = new Set(flat.flatMap((each) => [...each.keys()]))
  return [...paths].slice(0, MOST).map((path) => {
    const values = flat.map((each) => each.get(path) ?? null)
    const there = values.filter((_, at) => answers[at] !== undefined)
    return { path, values, differs: new Set(there).size > 1 }
  })
}
