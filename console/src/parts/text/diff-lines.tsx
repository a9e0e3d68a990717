import { diffWordsWithSpace } from 'diff'
import type { TextDiffProps } from './text-diff.tsx'

/** Longer texts, and such as have less in common, are shown one after the other: comparing them would hold up the page. */
const LONGEST = 60_000
const MOST_EDITS = 1_500

export default function DiffLines({ before, after }: TextDiffProps) {
  const isLong = before.length + after.length > LONGEST
  const parts = isLong ? undefined : diffWordsWithSpace(before, after, { maxEditLength: MOST_EDITS })
  if (!parts) {
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
      {parts.map(({ value, added, removed }) => {
        at += value.length + 1
        const key = `${at} ${added} ${removed}`
        if (added) return <ins key={key}>{value}</ins>
        return removed ? <del key={key}>{value}</del> : <span key={key}>{value}</span>
      })}
    </pre>
  )
}
