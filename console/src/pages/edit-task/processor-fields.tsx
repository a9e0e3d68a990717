import type { InputProcessor } from '@splitrun/client'
import { useState } from 'react'
import { useApi } from '../../app/use-api.ts'
import { AddOne } from '../../parts/add-one.tsx'
import { Empty } from '../../parts/page/empty.tsx'
import { Unread } from '../../parts/page/unread.tsx'
import { CodeEditor } from '../../parts/text/code-editor.tsx'
import { FIELDS } from './draft.ts'
import { ProcessorField } from './processor-field.tsx'
import { type ProcessorRow, rowsOf, textOfRows } from './processor-rows.ts'

interface ProcessorFieldsProps {
  /** Of the prompts, as they are written now. */
  readonly parameters: readonly string[]
  /** JSON; empty for none. */
  readonly value: string
  readonly onChange: (value: string) => void
}

/** What works on the inputs before the prompts are made: one processor after the other. */
export function ProcessorFields({ parameters, value, onChange }: ProcessorFieldsProps) {
  const query = useApi(['input_processors'], (client, signal) => client.inputProcessors({ signal }))
  const known = query.data
  // What is typed may be no JSON yet, and then says nothing of its rows.
  const [typed, setTyped] = useState({ value, rows: rowsOf(value) })
  if (typed.value !== value) setTyped({ value, rows: rowsOf(value) })
  const { rows } = typed
  function change(next: readonly ProcessorRow[]) {
    const text = textOfRows(next)
    setTyped({ value: text, rows: next })
    onChange(text)
  }
  return (
    <section aria-labelledby="processors">
      <h2 id="processors">{FIELDS.input_processors}</h2>
      {rows === null ? (
        <CodeEditor label={FIELDS.input_processors} language="json" value={value} onChange={onChange} />
      ) : (
        <>
          {rows.map((row, at) => (
            <ProcessorField
              // biome-ignore lint/suspicious/noArrayIndexKey: two may be the same, and their order is what they are
              key={at}
              title={`Processor ${at + 1}`}
              {...{ row, parameters, known }}
              onChange={(next) => change(rows.with(at, next))}
              onRemove={() => change(rows.toSpliced(at, 1))}
            />
          ))}
          <Unread query={query} what="the processors of this server" />
          <Adding {...{ parameters, known }} onAdd={(row) => change([...rows, row])} />
        </>
      )}
    </section>
  )
}

interface AddingProps {
  readonly parameters: readonly string[]
  /** Undefined as long as they are not known. */
  readonly known: readonly InputProcessor[] | undefined
  readonly onAdd: (row: ProcessorRow) => void
}

function Adding({ parameters, known, onAdd }: AddingProps) {
  const [param] = parameters
  if (param === undefined) {
    return (
      <Empty title="There is no parameter to work on">
        A processor puts the text of a document, or what is at a URL, in the place of a parameter. Write one
        into the prompts first.
      </Empty>
    )
  }
  return (
    <AddOne
      what="an input processor"
      options={(known ?? []).map(({ name, enabled }) => ({
        id: name,
        words: enabled ? name : `${name} (off)`,
      }))}
      onAdd={(processor) => onAdd({ param, processor, config: '{}', entry: {} })}
    />
  )
}
