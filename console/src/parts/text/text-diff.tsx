import { lazy, Suspense } from 'react'

export interface TextDiffProps {
  readonly before: string
  readonly after: string
}

const Lines = lazy(() => import('./diff-lines.tsx'))

/** Two texts as one, with what was taken out and what was put in. */
export function TextDiff(props: TextDiffProps) {
  return (
    <Suspense fallback={<pre>{props.after}</pre>}>
      <Lines {...props} />
    </Suspense>
  )
}
