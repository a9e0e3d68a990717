import { useDeferredValue } from 'react'
import { JsonView } from '../../parts/json-view.tsx'
import { compileFormat } from './compile-format.ts'

/** The schema that the model gets, while its format is written. */
export function LiveSchema({ format }: { format: string }) {
  const { schema, problems } = compileFormat(useDeferredValue(format))
  return (
    <section aria-labelledby="schema">
      <h3 id="schema">The schema that the model gets</h3>
      {problems ? (
        <ul className="problem">
          {problems.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      ) : (
        <JsonView value={schema} />
      )}
    </section>
  )
}
