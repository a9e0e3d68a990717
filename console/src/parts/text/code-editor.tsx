import { lazy, Suspense } from 'react'
import type { CodeFieldProps } from './code-field.tsx'

const CodeField = lazy(() => import('./code-field.tsx'))

/** A field for a prompt or for JSON. What makes it is loaded when one is shown; until then the text can be read. */
export function CodeEditor(props: CodeFieldProps) {
  return (
    <Suspense fallback={<pre>{props.value}</pre>}>
      <CodeField {...props} />
    </Suspense>
  )
}
