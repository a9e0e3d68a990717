import { sharedNow } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import { countedName, goodness, levelOf, reportedText, type Scores } from '../../tasks/scores/score.ts'
import type { FeedbackDelta } from '../../totals/delta.ts'
import type { RunRecord } from '../run.ts'
import type { Feedback, mergeFeedback } from './feedback.ts'

type Merged = NonNullable<ReturnType<typeof mergeFeedback>>

/** What a run's feedback is counted under. */
export interface CountedUnder {
  /** Whether comparisons count it. */
  readonly counted: boolean
  readonly group: string | null
  readonly hasSeries: boolean
}

/**
 * What merged feedback adds to the totals, with the feedback as it is to be stored: that also says what reports count now,
 * so that the next change takes just this back.
 */
export function addUp(
  { request, revision, split, result }: RunRecord,
  declared: Scores,
  before: Feedback,
  { feedback, named }: Merged,
  { counted, group, hasSeries }: CountedUnder,
): { feedback: Feedback; delta: FeedbackDelta | null } {
  const reported: Record<string, string> = { ...before.reported }
  const latest: FeedbackDelta['latest'][number][] = []
  for (const [name, { value }] of Object.entries(feedback.scores)) {
    const was = ownOf(before.reported ?? {}, name)
    const score = ownOf(declared, name)
    const isSame = ownOf(before.scores, name)?.value === value
    if (isSame || !score) continue
    const text = value === null ? undefined : reportedText(score, value)
    if (was === text) continue
    if (was !== undefined) latest.push([name, was, -1])
    delete reported[name]
    if (text === undefined) continue
    latest.push([name, text, 1])
    reported[name] = text
  }
  const levels = named.flatMap((name): FeedbackDelta['levels'][number][] => {
    const score = ownOf(declared, name)
    const level = score ? levelOf(score, ownOf(feedback.scores, name)?.first) : null
    if (!score || level === null) return []
    return [[name, level, Math.round(goodness(score, level) * 1_000_000), countedName(name, score)]]
  })
  const stored = { ...feedback, reported }
  // A shadow run has no caller whom reports could be about.
  if (request.shadowOf || (latest.length === 0 && levels.length === 0))
    return { feedback: stored, delta: null }
  const { id: run, project, task, bucket } = request
  const given = sharedNow()
  const delta: FeedbackDelta = {
    ...{ id: newId(), run, project, task, revision, bucket, group, hasSeries, given, levels, latest },
    split: counted ? split : null,
    settled: result?.settled ?? given,
    isFirst: Object.keys(before.scores).length === 0,
  }
  return { feedback: stored, delta }
}

/** A score may be called as something that every object has: `constructor`. */
const ownOf = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined
