import { Late } from '../page/late.tsx'

export interface TextDiffProps {
  readonly before: string
  readonly after: string
}

const load = () => import('./diff-lines.tsx')

/** Two texts as one, with what was taken out and what was put in. */
export const TextDiff = (props: TextDiffProps) => (
  <Late
    load={load}
    props={props}
    before={(problem) => (
      <>
        <pre>{props.after}</pre>
        {problem}
      </>
    )}
  />
)
