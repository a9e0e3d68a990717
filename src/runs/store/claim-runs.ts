import { sharedNow } from '../../platform/clock.ts'
import { shardOf } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { Attempt } from '../run.ts'
import { expiryOf } from '../run-expiry.ts'
import {
  type Allowances,
  type Claim,
  type Dequeued,
  type DequeueOptions,
  fullToText,
  type Released,
} from './claim.ts'
import { drawnToText, readDrawn } from './drawn-revision.ts'
import { textToRequest } from './request-text.ts'
import { shardKeys } from './run-keys.ts'
import { fromLines, toLines } from './run-record.ts'
import { movingScript, writingScript } from './run-script.ts'

const SCRIPTS = {
  dequeue: movingScript('dequeue', 'live/listeners'),
  release: movingScript('release', 'live/listeners'),
  revise: writingScript('revise'),
  attempt: writingScript('attempt', 'live/listeners'),
  wake: movingScript('wake'),
}

const RELEASED: readonly Released[] = ['superseded', 'queued', 'cancelled']

type UnknownRun = [id: string, format: string]
type DequeuedRun = [string, number, string, string, string, string, number, number, string, string, string]

/** The part of the run store that workers use. */
export function claimRuns(redis: Redis, options: { queueWindow: number }) {
  const keysFor = (id: string) => shardKeys(shardOf(id))

  return {
    /** Claims runs from a shard's queue, oldest first, each with its job. */
    async dequeue(
      shard: number,
      { worker, claimsMax, most, token, lockMs, capacity, allowances }: DequeueOptions,
    ): Promise<Dequeued> {
      const args: (string | number)[] = [
        worker,
        sharedNow(),
        claimsMax,
        options.queueWindow,
        most,
        token,
        lockMs,
      ]
      args.push(capacity?.received ?? '', capacity?.room ?? 0, fullToText(capacity?.full ?? []))
      if (allowances) args.push(allowances.others, ...allowancesToArgs(allowances))
      const reply = await SCRIPTS.dequeue(redis, [shardKeys(shard).prefix], args)
      const [nextDue, empty, ...runs] = reply as [number, number, ...(DequeuedRun | UnknownRun)[]]
      const known = runs.filter((run) => run.length > 2) as DequeuedRun[]
      // They come last.
      const unknown = runs.slice(known.length).map(([id, format]) => ({ id, format: String(format) }))
      return { claims: known.map(toClaim), unknown, empty: empty === 1, nextDue }
    },

    /** Makes deferred runs due, as the next ones in their queues. Returns how many of them were deferred. */
    async wake(ids: readonly string[]): Promise<number> {
      const woken = await Promise.all(
        [...Map.groupBy(ids, shardOf)].map(([shard, own]) =>
          SCRIPTS.wake(redis, [shardKeys(shard).prefix], own),
        ),
      )
      return woken.reduce((sum: number, each) => sum + Number(each), 0)
    },

    /** Sets another revision, or another split that it was drawn by, for a run that was just claimed for the first time. False when the claim is stale. */
    async revise({ request, fence }: Claim, revision: string, split: number | null): Promise<boolean> {
      const { prefix } = keysFor(request.id)
      return (await SCRIPTS.revise(redis, [prefix], [request.id, fence, drawnToText(revision, split)])) === 1
    },

    /** Writes the ledger of attempts. False when the claim is stale. */
    async saveAttempts({ request, fence }: Claim, attempts: readonly Attempt[]): Promise<boolean> {
      const { prefix } = keysFor(request.id)
      return (await SCRIPTS.attempt(redis, [prefix], [request.id, fence, toLines(attempts)])) === 1
    },

    /**
     * Puts the run and its job back into the queue, with the attempts that were made; the claim is not counted. It is
     * claimed next, or not before `deferMs` from now. While it is deferred it has no place in its project's window.
     * @param model the model that the run waits for, see `laneOf`; where that is another one than before, the run is claimed
     *   behind the older ones of its project that wait for it
     * @param onLimit whether it waits for a limit of it
     * @param share what `shareOf` is to return from now on; '' leaves that as it is
     */
    async release(
      claim: Claim,
      attempts: readonly Attempt[],
      deferMs = 0,
      model = claim.model,
      onLimit = false,
      share = '',
    ): Promise<Released> {
      const { id, project, deadline } = claim.request
      const now = sharedNow()
      // The job is delivered by the deadline, so that a worker ends the run in time.
      const delay = Math.max(0, Math.ceil(Math.min(deferMs, deadline - now)))
      const due = delay > 0 ? now + delay : 0
      const expires = expiryOf(claim.request, attempts.length > 0)
      const args = [
        id,
        claim.fence,
        toLines(attempts),
        project,
        expires,
        due,
        delay,
        model,
        onLimit ? '1' : '',
        share,
        options.queueWindow,
      ]
      return RELEASED[Number(await SCRIPTS.release(redis, [keysFor(id).prefix], args))] ?? 'superseded'
    },

    /** What part a run has in the reuse of results, as it was given back last; null for none. */
    shareOf: (id: string): Promise<string | null> => redis.hget(keysFor(id).run(id), 'share'),
  }
}

/** Nobody asked to wait. */
const NO_WAIT = ['', 0]

const allowancesToArgs = ({ byModel, hopeless }: Allowances): (string | number)[] =>
  [...byModel].flatMap(([model, most]) => {
    const waits = hopeless.get(model)
    return [model, most, ...(waits ? [waits.expiringBy, waits.most] : NO_WAIT)]
  })

/** What `dequeue.lua` says of a run that somebody listens to, and that has no text. */
const NOTHING_SHOWN = '-'

function toClaim(dequeued: DequeuedRun): Claim {
  const [, fence, request, revision, earlier, claimed, exhausted, cancelled, model, live, limited] = dequeued
  const read = textToRequest(request)
  return {
    request: read,
    bytes: Buffer.byteLength(request),
    fence,
    ...readDrawn(revision),
    model,
    attempts: fromLines(earlier),
    claimed: Number(claimed),
    claimsExhausted: exhausted === 1,
    cancelled: cancelled === 1,
    limited: limited === '' ? null : Number(limited),
    live: read.live || live !== '',
    shown: live === '' || live === NOTHING_SHOWN ? null : live,
  }
}
