import { readFileSync } from 'node:fs'

/** A document with a part that is made from the code. */
export interface GeneratedDocument {
  readonly path: string
  /** As it stands in the repository. */
  readonly current: string
  /** With the part made anew. */
  readonly wanted: string
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. @throws where a document has no such part */
export function withSection(path: string, name: string, lines: readonly string[]): GeneratedDocument {
  const current = readFileSync(path, 'utf8')
  const pattern = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`)
  if (!pattern.test(current)) throw new Error(`${path} has no part ${name}`)
  const text = ['', ...lines, '', ''].join('\n')
  return { path, current, wanted: current.replace(pattern, (_, open, close) => open + text + close) }
}
