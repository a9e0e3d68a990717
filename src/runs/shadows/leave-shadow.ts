import { sharedNow } from '../../platform/clock.ts'
import { shardOf } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Shadow } from '../../tasks/split/shadow.ts'
import type { CardinalityStore } from '../../totals/cardinality-store.ts'
import type { RunRequest, RunResult } from '../run.ts'
import type { Claim } from '../store/claim.ts'
import type { ShadowLane } from '../store/shadow-lane.ts'
import { deltaOfShadow } from './delta-of-shadow.ts'
import { isComparable } from './pair-of-runs.ts'
import { isShadowed } from './shadow-request.ts'

export interface LeaveShadowDeps {
  readonly shadows: ShadowLane
  readonly names: CardinalityStore
  readonly log: Logger
  /** Called when one waits in a shard. */
  onLeft(shard: number): void
}

/** Called for a run that has ended, of a task that has a shadow. */
export type LeaveShadow = (
  shadow: Shadow,
  claim: Pick<Claim, 'revision' | 'split'> & { readonly request: RunRequest },
  result: RunResult,
) => void

/**
 * Leaves a shadow run to be made, after the run of the caller has ended and its caller was told: nobody waits for it. A
 * worker that is killed within the next tenth of a second leaves none; one that stops calls `allLeft`.
 */
export function createLeaveShadow(deps: LeaveShadowDeps) {
  const leaving = new Set<Promise<void>>()

  async function leave(revision: string, request: RunRequest, drawn: string): Promise<void> {
    const entry = { parent: request.id, revision }
    if (await deps.shadows.leave(entry)) {
      deps.onLeft(shardOf(request.id))
      return
    }
    const full = { request, revision, drawn, ended: sharedNow(), dropped: 'full' } as const
    await deps.shadows.count(entry, await deltaOfShadow(deps.names, full))
  }

  const leaveShadow: LeaveShadow = ({ revision: shadow, share }, { request, revision, split }, result) => {
    if (split === null || revision === null || revision === shadow || request.useFallback) return
    if (!isComparable(result) || !isShadowed(request.id, share)) return
    const left = leave(shadow, request, revision)
      .catch((err: unknown) => {
        deps.log.warn({ err, run_id: request.id }, 'a shadow run could not be left')
      })
      .finally(() => leaving.delete(left))
    leaving.add(left)
  }

  return {
    leaveShadow,
    /** Resolves when those that were to be left so far have been. */
    async allLeft(): Promise<void> {
      await Promise.all(leaving)
    },
  }
}
