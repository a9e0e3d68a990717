import { z } from 'zod'

type Issue = z.core.$ZodIssue

/** What zod says of a union of which nothing fits. */
const MUTE = 'Invalid input'

/**
 * What zod says only of a whole, "Invalid input" or "Invalid key in record", told of the member that is wrong: of a value
 * that may have one of several shapes, what is wrong with it in the shape that was meant; where it has none of them, which
 * ones there are. Other issues stay as they are.
 */
export const toldIssues = (issues: readonly Issue[]): Issue[] => issues.flatMap(told)

/** All that is wrong, in lines for a person. */
export const prettyIssues = ({ issues }: z.core.$ZodError): string =>
  z.prettifyError(new z.ZodError(toldIssues(issues)))

function told(issue: Issue): Issue[] {
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') return inside(issue, issue.issues)
  return issue.code === 'invalid_union' ? toldOfUnion(issue) : [issue]
}

const inside = ({ path }: Issue, issues: readonly Issue[]): Issue[] =>
  toldIssues(issues).map((each) => ({ ...each, path: [...path, ...each.path] }))

function toldOfUnion(issue: z.core.$ZodIssueInvalidUnion): Issue[] {
  if (issue.discriminator) return [toldOfWord(issue, issue.discriminator)]
  const meant = issue.errors.filter((issues) => !issues.some(isOfOtherShape))
  const [closest] = meant.toSorted((one, other) => one.length - other.length)
  if (closest) return inside(issue, closest)
  if (issue.message !== MUTE) return [issue]
  return [{ ...issue, message: `Invalid input: expected ${inWords(shapesIn(issue))}` }]
}

/** Of shapes that a word tells apart. */
function toldOfWord(issue: z.core.$ZodIssueInvalidUnion, member: string): Issue {
  const { path, input } = issue
  const values = 'options' in issue ? (issue.options ?? []) : []
  const message = `Invalid option: expected ${inWords(values.map((word) => JSON.stringify(word)))}`
  const word = typeof input === 'object' && input !== null ? Reflect.get(input, member) : input
  return { code: 'invalid_value', values, path, message, input: word }
}

/** Whether an issue says that the value has not this shape at all. */
const isOfOtherShape = ({ path, code }: Issue): boolean =>
  path.length === 0 && (code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union')

function shapesIn(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected === 'int' ? 'integer' : issue.expected]
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value))
  if (issue.code !== 'invalid_union') return []
  return [...new Set(issue.errors.flat().filter(isOfOtherShape).flatMap(shapesIn))]
}

const inWords = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
