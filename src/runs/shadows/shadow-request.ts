import { hash } from 'node:crypto'
import type { RunRequest } from '../run.ts'

/**
 * The id of the shadow run that a revision makes beside a run: the same whoever makes it, so that there is one. It begins
 * with the time of the run, and ends with its shard.
 */
export function shadowId(parent: string, revision: string): string {
  const drawn = hash('sha256', `shadow ${parent} ${revision}`, 'hex')
  const random = `${drawn.slice(0, 3)}-8${drawn.slice(3, 6)}-${drawn.slice(6, 16)}`
  return `${parent.slice(0, 14)}7${random}${parent.slice(-2)}`
}

/** Whether a run gets a shadow: a function of its id, and of nothing that decides what it does. */
export function isShadowed(parent: string, share: number): boolean {
  return hash('sha256', `shadowed ${parent}`, 'buffer').readUIntBE(0, 6) / 2 ** 48 < share
}

/**
 * What a shadow run is asked: the same as the run that it is made beside, of another revision. It counts under nothing of
 * its caller, waits for no limit, and has as much time.
 * @param isBound whether what it costs is held under a budget of its own
 */
export function shadowRequest(
  parent: RunRequest,
  revision: string,
  isBound: boolean,
  now: number,
): RunRequest {
  const deadline = now + (parent.deadline - parent.created)
  return {
    ...parent,
    ...{ id: shadowId(parent.id, revision), shadowOf: parent.id, revision, slot: null, bucket: null },
    ...{ created: now, startBy: deadline, deadline, mode: 'async', live: false, trace: null },
    ...{ policies: [], payer: null, budget: isBound ? 'hard' : null, onLimit: 'fail', onLostAttempt: 'fail' },
    // It shows what its revision does, and not what another run came to.
    cache: undefined,
  }
}
