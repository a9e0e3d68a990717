import type { WeightedRevision } from '../traffic.ts'
import { SLOTS, slotTargets } from './slot-targets.ts'

/** Consecutive slots in the order in which a revision got them, both ends included; the last one may be the lower. */
export type Segment = readonly [first: number, last: number]

/** Which revision has which slots: for each a stack of segments, the newest last. Every slot stands in it once. */
export type SlotTable = Readonly<Record<string, readonly Segment[]>>

/**
 * The table after a change of weights. Revisions that lose slots give their newest ones, in the order of their ids, into
 * a queue; those that gain take from its front, in reverse order. So no more slots change hands than must: the sum of
 * what each loses. And since whoever gained last gives back first what it took last, undoing a series of changes step by
 * step gives back the identical tables. (Consistent hashing with weights moves twice as much, drawing by cumulative
 * weights up to forty times; arXiv 1612.01041 on minimal movement.)
 * @param before null: no table yet
 * @returns an empty table when no weight is above 0
 */
export function moveSlots(before: SlotTable | null, weights: readonly WeightedRevision[]): SlotTable {
  const targets = slotTargets(weights)
  const stacks = new Map<string, Segment[]>(
    Object.entries(before ?? {}).map(([id, stack]) => [id, [...stack]]),
  )
  const ids = [...new Set([...stacks.keys(), ...targets.keys()])].sort()
  const isEmpty = [...stacks.values()].every((stack) => stack.length === 0)
  const queue: Segment[] = isEmpty ? [[0, SLOTS - 1]] : []
  for (const id of ids) {
    const stack = stacks.get(id) ?? []
    const surplus = sizeOf(stack) - (targets.get(id) ?? 0)
    if (surplus > 0) queue.push(...pop(stack, surplus))
  }
  let front = 0
  for (const id of ids.toReversed()) {
    const stack = stacks.get(id) ?? []
    stacks.set(id, stack)
    let missing = (targets.get(id) ?? 0) - sizeOf(stack)
    while (missing > 0) {
      const [taken, rest] = cut(queue[front] as Segment, missing)
      push(stack, taken)
      missing -= lengthOf(taken)
      if (rest) queue[front] = rest
      else front += 1
    }
  }
  return Object.fromEntries(ids.flatMap((id) => (targets.has(id) ? [[id, stacks.get(id) ?? []]] : [])))
}

const lengthOf = ([first, last]: Segment): number => Math.abs(last - first) + 1

/** The number of slots in segments. */
export const sizeOf = (stack: readonly Segment[]): number =>
  stack.reduce((sum, each) => sum + lengthOf(each), 0)

/** The first `count` slots of a segment, and what remains. */
function cut(segment: Segment, count: number): [taken: Segment, rest: Segment | null] {
  if (lengthOf(segment) <= count) return [segment, null]
  const [first, last] = segment
  const step = last >= first ? 1 : -1
  return [
    [first, first + step * (count - 1)],
    [first + step * count, last],
  ]
}

/** Takes the newest `count` slots from a stack, the newest first. */
function pop(stack: Segment[], count: number): Segment[] {
  const popped: Segment[] = []
  let left = count
  while (left > 0) {
    const [first, last] = stack.pop() as Segment
    const [taken, rest] = cut([last, first], left)
    popped.push(taken)
    left -= lengthOf(taken)
    if (rest) stack.push([rest[1], rest[0]])
  }
  return popped
}

/** Adds slots as the newest ones, to the last segment where they continue it: a row of slots has one spelling. */
function push(stack: Segment[], added: Segment): void {
  const newest = stack.at(-1)
  if (newest) {
    const step = Math.abs(added[0] - newest[1]) === 1 ? added[0] - newest[1] : 0
    const continues = (segment: Segment) =>
      lengthOf(segment) === 1 || Math.sign(segment[1] - segment[0]) === step
    if (step !== 0 && continues(newest) && continues(added)) {
      stack[stack.length - 1] = [newest[0], added[1]]
      return
    }
  }
  stack.push(added)
}
