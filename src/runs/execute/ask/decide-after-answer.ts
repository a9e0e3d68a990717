import type { Completion } from '../../../models/model.ts'
import type { OutputIssue } from '../../../output/check-output.ts'
import { repairRequest, repeatRequest } from '../../../output/repair-output.ts'
import { repairTableRequest } from '../../../output/table/read-table.ts'
import { cutText } from '../../../platform/errors.ts'
import type { RunError } from '../../run.ts'
import type { CheckedAnswer } from './check-answer.ts'

/** What follows an answer of a model. */
export type Decision =
  | { readonly next: 'accept'; readonly check: 'valid' | 'repaired'; readonly value: unknown }
  | {
      readonly next: 'ask_again'
      /** What the model is told. */
      readonly message: string
      /** The room that it gets now; null for the same as before. */
      readonly maxTokens: number | null
      /** What the answer comes to where the server does not take the longer request. */
      readonly otherwise: Failed
    }
  | Failed

/** The end of asking a model. */
export interface Failed {
  readonly next: 'fail'
  readonly error: RunError
  /** What there was of the answer, where that may be of use. */
  readonly partial: string | null
}

/** Everything that the decision depends on. */
export interface AnswerCase {
  readonly completion: Pick<Completion, 'text' | 'ending' | 'refusal' | 'outputTokens'>
  readonly checked: CheckedAnswer
  readonly wantsJson: boolean
  /** True for a text that is to be a table. */
  readonly wantsTable?: boolean
  /** The schema in words, for a conversation that does not hold it; null for one that does, and for text. */
  readonly schema: () => string | null
  /** How often this model may be asked again. */
  readonly triesLeft: number
  readonly onTruncated: 'accept' | 'fail'
  /** The room that the answer had, in tokens; null when none was set. */
  readonly maxTokens: number | null
  /** The most that the model's configuration allows; null when it does not say. */
  readonly mostTokens: number | null
  /** The most that a response may be long, in bytes: more tokens could not be kept. */
  readonly responseLimit: number
}

/** How much more room an answer gets that was cut short. */
const MORE_ROOM = 4
/** Characters of a refusal that are kept. */
const LONGEST_REFUSAL = 2000

/**
 * Decides what follows an answer. How it ended comes first: a refusal, and what a filter took away, are final; what was cut
 * short is a response only where it is whole all the same, or where the task accepts a part of a text, and is asked for
 * again only with more room. Then what it says: what does not fit, or is empty, is asked for again.
 */
export function decideAfterAnswer(given: AnswerCase): Decision {
  const { completion, checked, wantsJson, onTruncated } = given
  const { text, ending, refusal } = completion
  if (ending === 'refused') return refused(refusal ?? '', text)
  if (ending === 'filtered') return fail(FILTERED, text)
  if (checked.check === 'invalid' && checked.tooLong) return fail(invalid(checked.issues, wantsJson), '')
  if (ending === 'cut') {
    const isWhole = wantsJson || onTruncated === 'accept'
    return isWhole && checked.check !== 'invalid' ? accept(checked) : afterCut(given)
  }
  if (checked.check !== 'invalid') return accept(checked)
  const failed = fail(invalid(checked.issues, wantsJson), '')
  if (given.triesLeft < 1) return failed
  // A server may call an answer whole that ends in the middle: more room helps it, too.
  const maxTokens = checked.truncated ? moreRoom(given) : null
  return askAgain(given, checked.issues, checked.truncated, maxTokens, failed)
}

const accept = ({ check, value }: Exclude<CheckedAnswer, { check: 'invalid' }>): Decision => ({
  next: 'accept',
  check,
  value,
})

const fail = (error: RunError, partial: string): Failed => ({
  next: 'fail',
  error,
  partial: partial === '' ? null : partial,
})

function afterCut(given: AnswerCase): Decision {
  const maxTokens = moreRoom(given)
  const failed = fail(TRUNCATED, given.completion.text)
  if (given.triesLeft < 1 || maxTokens === null) return failed
  return askAgain(given, [], true, maxTokens, failed)
}

function askAgain(
  { wantsJson, wantsTable, schema }: AnswerCase,
  issues: readonly OutputIssue[],
  cut: boolean,
  maxTokens: number | null,
  otherwise: Failed,
): Decision {
  const problem = wantsTable && !cut ? issues[0]?.message : undefined
  const inWords = problem ? repairTableRequest(problem) : repeatRequest(cut)
  const message = wantsJson ? repairRequest(issues, schema(), cut) : inWords
  return { next: 'ask_again', message, maxTokens, otherwise }
}

/** More tokens than the answer had, within the limits of the model and the run; null when it cannot have more. */
function moreRoom({ completion, maxTokens, mostTokens, responseLimit }: AnswerCase): number | null {
  const most = Math.min(mostTokens ?? Number.POSITIVE_INFINITY, responseLimit)
  // Without a bound of ours the server's own was met: only what is known of the model can be more.
  if (maxTokens === null) return mostTokens !== null && most > completion.outputTokens ? most : null
  const raised = Math.min(maxTokens * MORE_ROOM, most)
  return raised > maxTokens ? raised : null
}

const TRUNCATED: RunError = {
  reason: 'OUTPUT_TRUNCATED',
  message:
    'The answer was cut short: it needs more tokens than it may have (max_tokens, or the limit of the model).',
  retryable: false,
}
export const FILTERED: RunError = {
  reason: 'CONTENT_FILTERED',
  message: 'A filter of the model’s server held back the request or the answer.',
  retryable: false,
}

function refused(words: string, text: string): Decision {
  const refusal = cutText(words, LONGEST_REFUSAL)
  const message = 'The model refused to answer.'
  return fail({ reason: 'MODEL_REFUSED', message, retryable: false, refusal }, text === words ? '' : text)
}

function invalid(issues: readonly OutputIssue[], wantsJson: boolean): RunError {
  const first = issues[0]
  const where = first ? `: ${first.path === '' ? 'it' : first.path} ${first.message}` : ''
  return {
    reason: 'OUTPUT_INVALID',
    message:
      `The model's answer ${wantsJson ? 'does not match output_format' : 'is no response'}${where}.`.slice(
        0,
        500,
      ),
    retryable: true,
  }
}
