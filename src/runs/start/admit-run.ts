import { sharedNow } from '../../platform/clock.ts'
import { PolicyError } from '../../policies/policy-error.ts'
import type { PolicyStore } from '../../policies/policy-store.ts'
import { rateLimitHeaders } from '../../policies/rate-limit-headers.ts'
import type { RunRequest } from '../run.ts'

/** Under which limits a run counts, and how far they are used with it. */
export interface AdmittedRun {
  readonly policies: readonly string[]
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Counts a run under the limits of its project, its task and its key; null where there are none.
 * @throws {PolicyError} RATE_LIMITED when one of them refuses it: then it counts under none
 */
export async function admitRun(
  store: PolicyStore,
  { id, project, task, user, deadline }: Pick<RunRequest, 'id' | 'project' | 'task' | 'user' | 'deadline'>,
): Promise<AdmittedRun | null> {
  const policies = await store.concerning({ project, task, user })
  if (policies.length === 0) return null
  const lastsMs = Math.max(0, deadline - sharedNow())
  const { admitted, waitMs, states, violated } = await store.admit(project, policies, { id, lastsMs })
  const headers = rateLimitHeaders(states)
  if (admitted) return { policies: policies.map(({ name }) => name), headers }
  const retry_after = Math.max(1, Math.ceil(waitMs / 1000))
  const message = `A limit is reached: ${violated.join(', ')}.`
  const extra = { retry_after, retryable: true, violated_policies: violated }
  throw new PolicyError('RATE_LIMITED', message, extra, headers)
}
