import { diffWordsWithSpace } from 'diff'
import type { TextDiffProps } from './text-diff.tsx'

/** Longer texts are shown one after the other: comparing them would hold up the page. */
const LONGEST = 60_000

export default function DiffLines({ before, after }: TextDiffProps) {
  if (before.length + after.length > LONGEST) {
    return (
      <>
        <pre>
          <del>{before}</del>
        </pre>
        <pre>
          <ins>{after}</ins>
        </pre>
      </>
    )
  }
  let at = 0
  return (
    <pre className="diff">
      {diffWordsWithSpace(before, after).map(({ value, added, removed }) => {
        at += value.length + 1
        const key = `${at} ${added} ${removed}`
        if (added) return <ins key={key}>{value}</ins>
        return removed ? <del key={key}>{value}</del> : <span key={key}>{value}</span>
      })}
    </pre>
  )
}
