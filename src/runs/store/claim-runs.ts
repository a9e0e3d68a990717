import { shardOf } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { Attempt } from '../run.ts'
import type { Claim, Offer, Taken } from './run-changes.ts'
import { shardKeys } from './run-keys.ts'
import { fromLines, toLines } from './run-record.ts'
import { runScript } from './run-script.ts'
import { textToRequest } from './run-text.ts'

const SCRIPTS = {
  take: runScript('dequeue'),
  revise: runScript('revise'),
  attempt: runScript('attempt'),
  release: runScript('release'),
}

/** How a worker takes runs. */
export interface TakeOptions {
  readonly worker: string
  /** A run that has been claimed more often is `spent`. */
  readonly claimsMax: number
  /** How many at most. */
  readonly most: number
  /** What the locks of the jobs are known by, and how long they last without being extended. */
  readonly token: string
  readonly lockMs: number
  /** When the queue has no more: what the worker may be handed beside those that it takes. */
  readonly offer?: Offer | null
}

type TakenRun = [string, number, string, string, string, string, number, number]

/** The half of the run store that workers need. */
export function claimRuns(redis: Redis, options: { laneWindow: number }) {
  const keysFor = (id: string) => shardKeys(shardOf(id))

  return {
    /** Takes runs out of a shard's queue, oldest first, each with its job. */
    async take(
      shard: number,
      { worker, claimsMax, most, token, lockMs, offer }: TakeOptions,
    ): Promise<Taken> {
      const args = [worker, Date.now(), claimsMax, options.laneWindow, most, token, lockMs]
      if (offer) args.push(offer.heard, offer.room)
      const reply = await SCRIPTS.take(redis, [shardKeys(shard).prefix], args)
      const [nextDue, empty, ...runs] = reply as [number, number, ...TakenRun[]]
      return { claims: runs.map(toClaim), empty: empty === 1, nextDue }
    },

    /** Gives a run that was just claimed for the first time another revision. False when the claim is stale. */
    async revise({ request, fence }: Claim, revision: string): Promise<boolean> {
      const run = keysFor(request.id).run(request.id)
      return (await SCRIPTS.revise(redis, [run], [fence, revision])) === 1
    },

    /** Writes the ledger of attempts. False when the claim is stale. */
    async saveAttempts({ request, fence }: Claim, attempts: readonly Attempt[]): Promise<boolean> {
      const run = keysFor(request.id).run(request.id)
      return (await SCRIPTS.attempt(redis, [run], [fence, toLines(attempts)])) === 1
    },

    /**
     * Gives the run back to the queue, the claim uncounted, with the attempts that were made. `putOff`: its job is
     * delivered later, and does not stand in the way of the project's other runs. False when the claim is stale.
     */
    async release(claim: Claim, attempts: readonly Attempt[], putOff = false): Promise<boolean> {
      const { id, project } = claim.request
      const args = [id, claim.fence, toLines(attempts), project, Date.now(), putOff ? 1 : 0]
      return (await SCRIPTS.release(redis, [keysFor(id).prefix], args)) === 1
    },
  }
}

function toClaim([, fence, request, revision, earlier, claimed, spent, cancelled]: TakenRun): Claim {
  return {
    request: textToRequest(request),
    fence,
    revision: revision || null,
    attempts: fromLines(earlier),
    claimed: Number(claimed),
    spent: spent === 1,
    cancelled: cancelled === 1,
  }
}
