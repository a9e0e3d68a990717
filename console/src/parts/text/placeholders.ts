import { RangeSetBuilder } from '@codemirror/state'
import { Decoration, type DecorationSet, type EditorView, ViewPlugin } from '@codemirror/view'
import { isEscaped, PLACEHOLDER } from '../../../../src/tasks/prompts/prompt.ts'

const MARK = Decoration.mark({ class: 'cm-placeholder-name' })

/** Marks what the server takes for a placeholder, by the server's own rule. */
function marksOf(view: EditorView): DecorationSet {
  const marks = new RangeSetBuilder<Decoration>()
  const text = view.state.doc.toString()
  let end = 0
  for (const match of text.matchAll(PLACEHOLDER)) {
    const past = match.index + match[0].length
    if (!isEscaped(text, match.index, end)) marks.add(match.index, past, MARK)
    end = past
  }
  return marks.finish()
}

export const placeholders = ViewPlugin.define(
  (view) => ({
    marks: marksOf(view),
    update(update) {
      if (update.docChanged) this.marks = marksOf(update.view)
    },
  }),
  { decorations: ({ marks }) => marks },
)
