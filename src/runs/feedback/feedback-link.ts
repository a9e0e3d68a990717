import { z } from 'zod'
import { sharedNow } from '../../platform/clock.ts'
import { ApiError, ValidationError } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import type { TokenSigner } from '../../tenancy/token-signer.ts'
import type { RunRequest } from '../run.ts'

const claimsSchema = z.object({
  sub: z.string(),
  exp: z.number(),
  project: z.string(),
  task: z.string(),
  scores: z.array(z.string()),
  by: z.string(),
})

/** What whoever has a link may say, and of which run. */
export interface FeedbackLink {
  readonly run: string
  readonly project: string
  readonly task: string
  /** Names of scores. */
  readonly scores: readonly string[]
  /** ISO time. */
  readonly expires: string
  /** `link:` and the id of the token that made it. */
  readonly by: string
}

export interface FeedbackLinkDeps {
  readonly tasks: TaskStore
  readonly signer: TokenSigner
}

/**
 * Signs a link by which somebody without a key gives feedback on one run, under some of its task's scores; all of them for
 * null. Nothing is stored: what it may do is in it, and nobody can make up another.
 * @param lifetime seconds
 * @throws {ValidationError} for scores that the task does not declare, and where it declares none
 */
export async function signFeedbackLink(
  { tasks, signer }: FeedbackLinkDeps,
  { id, project, task }: Pick<RunRequest, 'id' | 'project' | 'task'>,
  wanted: { readonly scores: readonly string[] | null; readonly lifetime: number; readonly by: string },
): Promise<{ token: string; link: FeedbackLink }> {
  const declared = (await tasks.read(project, task))?.task.scores ?? {}
  const scores = [...new Set(wanted.scores ?? Object.keys(declared))]
  const unknown = scores.filter((name) => !Object.hasOwn(declared, name))
  if (unknown.length > 0 || scores.length === 0) {
    const msg = scores.length === 0 ? 'the task declares no scores' : undeclared(unknown)
    throw new ValidationError([{ loc: ['body', 'scores'], msg, type: 'value_error' }])
  }
  const now = Math.floor(sharedNow() / 1000)
  const claims = { sub: id, exp: now + wanted.lifetime, project, task, scores, by: `link:${wanted.by}` }
  const token = await signer.sign('feedback+jwt', { ...claims, jti: newId(), iat: now })
  return { token, link: linkOf(claims) }
}

/**
 * What a link allows. Reads nothing but the link itself, so that guesses cost no more than their hash.
 * @throws {ApiError} UNAUTHENTICATED for what is no link of this server's, and for one that has expired
 */
export async function readFeedbackLink(signer: TokenSigner, token: string): Promise<FeedbackLink> {
  const signed = await signer.verify(token)
  const { data: claims } = claimsSchema.safeParse(signed?.claims)
  if (signed?.type !== 'feedback+jwt' || !claims) {
    throw new ApiError('UNAUTHENTICATED', 'The link is not valid, or has expired.')
  }
  return linkOf(claims)
}

/** @throws {ValidationError} for scores that a link is not for */
export function checkNames({ scores }: FeedbackLink, given: readonly string[]): void {
  const issues = given
    .filter((name) => !scores.includes(name))
    .map((name) => ({ loc: ['body', 'scores', name], msg: 'the link is not for this', type: 'value_error' }))
  if (issues.length > 0) throw new ValidationError(issues)
}

const linkOf = ({ sub, exp, ...claims }: z.output<typeof claimsSchema>): FeedbackLink => ({
  ...claims,
  run: sub,
  expires: new Date(exp * 1000).toISOString(),
})

const undeclared = (names: readonly string[]): string => `the task does not declare ${names.join(', ')}`
