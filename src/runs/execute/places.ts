import type { Allowances } from '../store/claim.ts'

/** One model may have so many times as many places as are free. */
const SHARE = 8

export type Places = ReturnType<typeof createPlaces>

/**
 * The places that a worker has for runs, shared by models so that a model that is slow, or answers nothing, cannot take
 * them all: a model may begin another run while it has fewer than eight times the free places. So one model alone gets
 * eight ninths, two get eight seventeenths each, and there is always a place for one more (dynamic thresholds; Choudhury
 * and Hahne, 1998). A ninth is added to what was asked for, so that one model alone gets all of that.
 * @param most runs of one model at once
 */
export function createPlaces(most: number) {
  const all = most + Math.ceil(most / SHARE)
  const used = new Map<string, number>()
  let taken = 0

  const allowance = (model: string): number => {
    const free = all - taken
    const own = used.get(model) ?? 0
    const share = Math.floor((SHARE * free - own) / (SHARE + 1))
    // A model without a run may always begin one, so that few places are shared by turns.
    return Math.min(free, Math.max(share, own === 0 ? 1 : 0))
  }

  return {
    /** Runs that have a place. */
    taken: (): number => taken,
    free: (): number => all - taken,
    /** How many runs of a model without any may begin. */
    room: (): number => allowance(''),

    enter(model: string): void {
      taken += 1
      used.set(model, (used.get(model) ?? 0) + 1)
    },
    leave(model: string): void {
      taken -= 1
      const left = (used.get(model) ?? 0) - 1
      if (left > 0) used.set(model, left)
      else used.delete(model)
    },

    /**
     * How many runs of each model may begin, where some model may begin fewer than `most`; null where none is held back.
     * @param limited how many calls of a model may begin, of those that have a limit
     */
    allowances(most: number, limited: ReadonlyMap<string, number>): Allowances | null {
      const byModel = new Map<string, number>()
      for (const model of new Set([...used.keys(), ...limited.keys()])) {
        const own = Math.min(allowance(model), limited.get(model) ?? Number.POSITIVE_INFINITY)
        if (own < most) byModel.set(model, Math.max(0, own))
      }
      return byModel.size > 0 ? { byModel, others: allowance('') } : null
    },
  }
}
