import type { WeightedRevision } from '../traffic.ts'

/** So many slots share all traffic. */
export const SLOTS = 16_384

/**
 * How many slots each revision gets, by largest remainder; one at least where the weight is above 0, which the ones with
 * the most slots give. Equal remainders go by id. Revisions without weight are left out.
 */
export function slotTargets(weights: readonly WeightedRevision[]): Map<string, number> {
  const sharing = weights.filter(({ weight }) => weight > 0)
  if (sharing.length === 0) return new Map()
  const byId = sharing.toSorted((a, b) => (a.task_revision_id < b.task_revision_id ? -1 : 1))
  // Divided first, so that the sum of very large weights is not Infinity.
  const largest = Math.max(...byId.map(({ weight }) => weight))
  const sum = byId.reduce((total, { weight }) => total + weight / largest, 0)
  const exact = byId.map(({ task_revision_id: id, weight }) => ({
    id,
    slots: (weight / largest / sum) * SLOTS,
  }))
  const targets = new Map(exact.map(({ id, slots }) => [id, Math.max(1, Math.floor(slots))]))
  let left = SLOTS - [...targets.values()].reduce((total, slots) => total + slots, 0)
  const byRemainder = exact.toSorted((a, b) => (b.slots % 1) - (a.slots % 1))
  for (const { id, slots } of byRemainder) {
    if (left <= 0) break
    if (slots < 1) continue
    targets.set(id, (targets.get(id) ?? 0) + 1)
    left -= 1
  }
  while (left < 0) {
    const [id = '', most = 0] = [...targets].reduce((max, each) => (each[1] > max[1] ? each : max))
    targets.set(id, most - 1)
    left += 1
  }
  return targets
}
