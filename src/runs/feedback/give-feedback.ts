import { setTimeout as sleep } from 'node:timers/promises'
import { sharedIsoTime } from '../../platform/clock.ts'
import { ApiError, ValidationError, type ValidationIssue } from '../../platform/errors.ts'
import { levelOf, type Scores } from '../../tasks/scores/score.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { type CardinalityStore, OTHER } from '../../totals/cardinality-store.ts'
import { isFinal, isRepeated, type RunRecord } from '../run.ts'
import type { FeedbackRecords } from '../store/feedback-records.ts'
import { addUp } from './add-up-feedback.ts'
import { type Feedback, type FeedbackChange, mergeFeedback, NO_FEEDBACK } from './feedback.ts'

export interface GiveFeedbackDeps {
  readonly tasks: TaskStore
  readonly feedback: FeedbackRecords
  readonly names: CardinalityStore
}

/** When others were faster, what is said is merged again: at most so often, after a random pause. */
const MOST_TRIES = 60
const LONGEST_PAUSE_MS = 100
/** What a run is told under; a task may declare other scores later, and what was said before stays. */
const MOST_NAMES = 100

/**
 * Merges feedback into that of a run that has ended, by the names of its scores. The same again changes nothing, and
 * however many say it at once, it counts once; decisions count the first value of each name.
 * @throws {ApiError} RUN_NOT_DONE; TOO_MANY_REQUESTS
 * @throws {ValidationError} for scores that the task does not declare, values that they cannot have, and too many names
 */
export async function giveFeedback(
  deps: GiveFeedbackDeps,
  record: RunRecord,
  change: FeedbackChange,
  by: string,
): Promise<Feedback> {
  const { request, status } = record
  if (!isFinal(status)) throw new ApiError('RUN_NOT_DONE', 'The run has not ended yet.', { retryable: true })
  const stored = await deps.tasks.read(request.project, request.task)
  const declared = stored?.task.scores ?? {}
  checkScores(declared, change)
  // Of an answer that many runs have, what is said of each would count as so many answers.
  const isNew = record.result !== null && !isRepeated(record.result)
  const counted = record.split !== null && !request.useFallback && isNew
  const group =
    request.reportingGroup === null ? null : deps.names.group(request.project, request.reportingGroup)
  const series = deps.names.series(request.project, request.task, record.revision)
  const under = { counted, group: await group, hasSeries: (await series) !== OTHER }
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const text = await deps.feedback.read(request.id)
    const before = text ? (JSON.parse(text) as Feedback) : NO_FEEDBACK
    const merged = mergeFeedback(before, change, { at: sharedIsoTime(), by, counted })
    if (!merged) return before
    if (merged.named.length > 0 && Object.keys(merged.feedback.scores).length > MOST_NAMES) {
      throw ValidationError.at(
        ['body', 'scores'],
        `a run has at most ${MOST_NAMES} names of scores`,
        'too_big',
      )
    }
    const { feedback, delta } = addUp(record, declared, before, merged, under)
    const outcome = await deps.feedback.write(request.id, text, JSON.stringify(feedback), delta)
    if (outcome === 'written') return feedback
    if (outcome === 'absent') throw new ApiError('TASK_RUN_NOT_FOUND', 'There is no such run.')
    await sleep(Math.random() * LONGEST_PAUSE_MS)
  }
  throw new ApiError('TOO_MANY_REQUESTS', 'Others keep changing this feedback; try again.', {
    retry_after: 1,
  })
}

function checkScores(declared: Scores, { scores }: FeedbackChange): void {
  const issues: ValidationIssue[] = []
  for (const [name, value] of Object.entries(scores)) {
    const score = Object.hasOwn(declared, name) ? declared[name] : undefined
    const loc = ['body', 'scores', name]
    if (!score) issues.push({ loc, msg: 'the task declares no such score', type: 'value_error' })
    else if (value !== null && levelOf(score, value) === null) {
      issues.push({ loc, msg: `no value of this ${score.type}`, type: 'value_error' })
    }
  }
  if (issues.length > 0) throw new ValidationError(issues)
}
