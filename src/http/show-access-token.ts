import type { Caller } from '../tenancy/caller.ts'
import type { TaskTokens, TokenTask } from '../tenancy/task-token.ts'

/** Puts a task's access token into what is shown of it, for callers who may read tasks; null for others. */
export type ShowAccessToken = <T extends Omit<TokenTask, 'org_id'>>(
  caller: Caller,
  org: string,
  shown: T,
) => Promise<T & { access_token: string | null }>

export function createShowAccessToken(taskTokens: TaskTokens): ShowAccessToken {
  return async ({ scopes }, org, shown) => {
    const mayRead = scopes.includes('task:read') || scopes.includes('admin')
    return { ...shown, access_token: mayRead ? await taskTokens.of({ ...shown, org_id: org }) : null }
  }
}
