const FENCE = '```'

/**
 * The text within the only code fence of an answer, where it has one, or begins with one that has no end. What stands
 * around it is a model's talk. Any other text stays as it is.
 */
export function withoutFence(written: string): { readonly text: string; readonly fenced: boolean } {
  const pieces = written.split(/^[ \t]*```[^\n]*$/m)
  const asItIs = { text: written, fenced: false }
  if (!written.includes(FENCE)) return asItIs
  if (pieces.length === 3) return { text: (pieces[1] ?? '').replace(/^\r?\n/, ''), fenced: true }
  const [before = '', inside = ''] = pieces
  if (pieces.length === 2 && before.trim() === '') return { text: inside.replace(/^\r?\n/, ''), fenced: true }
  return asItIs
}
