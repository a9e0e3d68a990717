import { modelOfLane } from '../../models/limits/rate-limits.ts'
import { sharedNow } from '../../platform/clock.ts'
import type { Allowances, HopelessRuns } from '../store/claim.ts'

/** One model may use up to this many times the number of free places. */
const SHARE = 8

/** A run that could be asked for at the very end of a wait is left to its time: what is begun must be sure to be without hope. */
const MARGIN_MS = 50

export type Places = ReturnType<typeof createPlaces>

/**
 * The places of a worker for runs, shared between models so that a slow model, or one that does not respond, cannot use
 * all of them: a run of a model may start while the model uses fewer than eight times the number of free places. So one
 * model alone gets eight ninths of the places, two get eight seventeenths each, and one place is left for another model
 * (dynamic thresholds; Choudhury and Hahne, 1998). There are more places than `most`, so that one model alone gets
 * `most`.
 * @param most runs of one model at once
 */
export function createPlaces(most: number) {
  const all = most + Math.ceil(most / SHARE)
  const used = new Map<string, number>()
  /** Runs of each lane that is not a whole model's. */
  const usedLanes = new Map<string, number>()
  let occupied = 0

  const allowance = (model: string): number => {
    const free = all - occupied
    const own = used.get(model) ?? 0
    const share = Math.floor((SHARE * free - own) / (SHARE + 1))
    // A model without a run may always start one: so models alternate when there are few places.
    return Math.min(free, Math.max(share, own === 0 ? 1 : 0))
  }

  return {
    /** Number of runs that have a place. */
    occupied: (): number => occupied,
    free: (): number => all - occupied,
    /** How many runs may start of a model that has none. */
    room: (): number => allowance(''),

    enter(lane: string): void {
      occupied += 1
      const model = modelOfLane(lane)
      count(used, model, 1)
      if (lane !== model) count(usedLanes, lane, 1)
    },
    leave(lane: string): void {
      occupied -= 1
      const model = modelOfLane(lane)
      count(used, model, -1)
      if (lane !== model) count(usedLanes, lane, -1)
    },

    /**
     * How many runs of each lane may start; null when every lane may start `most`.
     * @param limited how many calls may start, for each lane that has a limit or is paused
     * @param askedFor for how many ms the server of a lane's model asked not to be called
     */
    allowances(
      most: number,
      limited: ReadonlyMap<string, number>,
      askedFor: (lane: string) => number = () => 0,
    ): Allowances | null {
      const byModel = new Map<string, number>()
      const hopeless = new Map<string, HopelessRuns>()
      for (const lane of new Set([...used.keys(), ...usedLanes.keys(), ...limited.keys()])) {
        const own = Math.min(allowance(modelOfLane(lane)), limited.get(lane) ?? Number.POSITIVE_INFINITY)
        if (own < most) byModel.set(lane, Math.max(0, own))
        const wait = own < 1 ? askedFor(lane) - MARGIN_MS : 0
        const share = Math.min(most, allowance(modelOfLane(lane)))
        if (wait > 0 && share > 0)
          hopeless.set(lane, { most: share, expiringBy: sharedNow() + Math.floor(wait) })
      }
      return byModel.size > 0 ? { byModel, hopeless, others: allowance('') } : null
    },
  }
}

function count(counts: Map<string, number>, of: string, by: number): void {
  const left = (counts.get(of) ?? 0) + by
  if (left > 0) counts.set(of, left)
  else counts.delete(of)
}
