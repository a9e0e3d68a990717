import { readJson } from '../../platform/json/read-json.ts'
import type { RunRecord } from '../run.ts'
import type { RunStore } from '../store/run-store.ts'
import { type TellWaitingDeps, tellNext } from './tell-waiting.ts'

/** The part that a run has in the reuse of results while it is in the queue: its record has it, so that whoever ends it knows. */
export interface LeftShare {
  /** Of its question. */
  readonly hash: string
  /** Whether another run was about the same before. */
  readonly repeated: boolean
}

export const leftToText = (left: LeftShare): string => JSON.stringify(left)

/** What the last claim of a run left; null for a run that has no part in it, or that no worker has had. */
export async function leftShareOf(
  runs: Pick<RunStore, 'shareOf'>,
  {
    request,
    revision,
  }: Pick<RunRecord, 'revision'> & { readonly request: Pick<RunRecord['request'], 'id' | 'cache'> },
): Promise<LeftShare | null> {
  if (!request.cache || revision === null) return null
  const text = await runs.shareOf(request.id)
  return text === null ? null : (readJson(text) as LeftShare)
}

/**
 * Of a run that has ended in the queue: it leads no more, nor waits, nor is it the one that was told to try next. Tells who may
 * lead now.
 */
export async function endLeftShare(
  deps: TellWaitingDeps,
  { id, project, task }: Pick<RunRecord['request'], 'id' | 'project' | 'task'>,
  left: LeftShare | null,
): Promise<void> {
  if (!left) return
  const question = { project, task, hash: left.hash }
  await tellNext(deps, question, id, await deps.reuse.leave(question, id, 'released'))
}
