import { Late } from '../page/late.tsx'
import type { CodeFieldProps } from './code-field.tsx'

const load = () => import('./code-field.tsx')

/** A field for a prompt or for JSON. What makes it is loaded when one is shown; until then the text can be read. */
export const CodeEditor = (props: CodeFieldProps) => (
  <Late
    load={load}
    props={props}
    before={(problem) => (
      <>
        <pre>{props.value}</pre>
        {problem}
      </>
    )}
  />
)
