import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json, jsonParseLinter } from '@codemirror/lang-json'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { linter } from '@codemirror/lint'
import { EditorState, type Extension } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffectEvent, useLayoutEffect, useRef } from 'react'
import { placeholders } from './placeholders.ts'

export interface CodeFieldProps {
  readonly label: string
  readonly value: string
  readonly language: 'prompt' | 'json'
  readonly onChange?: (value: string) => void
}

/** In the editor's own tree: colours come in as variables. */
const LOOK = EditorView.theme({
  '&': {
    backgroundColor: 'var(--ground)',
    border: '1px solid var(--line)',
    borderRadius: 'var(--radius)',
    fontSize: '0.9rem',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', maxHeight: '28rem', overflow: 'auto', lineHeight: '1.45' },
  '.cm-content': { caretColor: 'var(--text)', minHeight: '4.5rem' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-placeholder-name': { color: 'var(--accent)', fontWeight: '700' },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--text)' },
})

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
])

/** An empty text is no JSON, and stands for none. */
const checkJson = (view: EditorView) => (view.state.doc.length === 0 ? [] : jsonParseLinter()(view))

const LANGUAGES: Record<CodeFieldProps['language'], Extension> = {
  prompt: placeholders,
  json: [json(), linter(checkJson)],
}

/**
 * An editor of CodeMirror. It stands in a shadow tree: its styles are then adopted as sheets, and the page's policy, which
 * allows no `<style>`, stays as strict as it is.
 */
export default function CodeField({ label, value, language, onChange }: CodeFieldProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const changed = useEffectEvent((text: string) => onChange?.(text))
  const current = useEffectEvent(() => value)
  const isReadOnly = onChange === undefined

  useLayoutEffect(() => {
    const host = place.current
    if (!host) return
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: current(),
        extensions: [
          history(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          syntaxHighlighting(COLOURS),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorState.readOnly.of(isReadOnly),
          LANGUAGES[language],
          LOOK,
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) changed(state.doc.toString())
          }),
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
  }, [label, language, isReadOnly])

  useLayoutEffect(() => {
    const editor = view.current
    // What was typed here comes back as the value; only what was changed elsewhere is put in.
    if (!editor || editor.state.doc.toString() === value) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
  }, [value])

  return <div ref={place} className="code-field" />
}
