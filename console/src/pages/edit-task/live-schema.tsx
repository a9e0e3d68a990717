import type { OutputModality } from '@splitrun/client'
import { useDeferredValue } from 'react'
import { JsonView } from '../../parts/json-view.tsx'
import { compileFormat } from './compile-format.ts'

interface LiveSchemaProps {
  readonly modality: OutputModality
  readonly format: string
}

/** The schema that the model gets, while its format is written. */
export function LiveSchema({ modality, format }: LiveSchemaProps) {
  const compiled = compileFormat(useDeferredValue(format), modality)
  if (!compiled) {
    return (
      <section aria-labelledby="schema">
        <h3 id="schema">What the model is asked for</h3>
        <p className="quiet">A table in words, with columns of its own choice, and no schema.</p>
      </section>
    )
  }
  return (
    <section aria-labelledby="schema">
      <h3 id="schema">The schema that the model gets</h3>
      {compiled.problems ? (
        <ul className="problem">
          {compiled.problems.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      ) : (
        <>
          {compiled.heading !== null && (
            <p>
              The first line of the table: <code>{compiled.heading}</code>
            </p>
          )}
          <JsonView value={compiled.schema} />
        </>
      )}
    </section>
  )
}
