import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** A fenced block of a document. */
export interface Block {
  /** Path in the repository. */
  readonly document: string
  /** Number of the line that opens it. */
  readonly line: number
  readonly language: string
  readonly text: string
  /** Why the tests do not run it: what `<!-- not run: ... -->` above it says. Null: they do. */
  readonly notRun: string | null
  /** Statuses from 400 on that its calls are answered with, in their order: what `<!-- answers: ... -->` says. */
  readonly answers: readonly number[]
}

/** README and all that is in docs, in the order of their paths. */
export const DOCUMENTS = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT }).sort()]

export const readDocument = (document: string): string => readFileSync(join(ROOT, document), 'utf8')

const FENCE = /^```(\S*)\s*$/
const DIRECTIVE = /^<!-- (not run|answers): (.+) -->$/

/** The fenced blocks of a document. A directive stands above its block, with an empty line between. */
export function blocksOf(document: string): Block[] {
  const blocks: Block[] = []
  const lines = readDocument(document).split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const language = FENCE.exec(lines[at] ?? '')?.[1]
    if (language === undefined) continue
    const end = lines.indexOf('```', at + 1)
    if (end < 0) throw new Error(`${document}:${at + 1}: a fence that nothing closes`)
    const [, name, value = ''] = DIRECTIVE.exec(lines[at - 2] ?? '') ?? []
    blocks.push({
      document,
      line: at + 1,
      language,
      text: lines.slice(at + 1, end).join('\n'),
      notRun: name === 'not run' ? value : null,
      answers: name === 'answers' ? value.split(' ').map(Number) : [],
    })
    at = end
  }
  return blocks
}
