import { ApiError, ValidationError, type ValidationIssue } from '../../platform/errors.ts'
import { CommandError } from '../exit-codes.ts'

/**
 * What is wrong with a file or with what it meets here, for a person: a line for each thing, with its place in the file.
 * Any other error is returned as it is.
 */
export function explainTransfer(error: unknown): unknown {
  if (error instanceof ValidationError)
    return new CommandError(linesOf(error.issues), undefined, { cause: error })
  if (!(error instanceof ApiError)) return error
  const conflicts = (error.extra['conflicts'] ?? []) as ValidationIssue[]
  return new CommandError([error.message, linesOf(conflicts)].join('\n').trim(), undefined, { cause: error })
}

const linesOf = (issues: readonly ValidationIssue[]): string =>
  issues
    .map(({ loc, msg }) => `${loc.filter((part) => part !== 'body').join('.') || 'the file'}: ${msg}`)
    .join('\n')
