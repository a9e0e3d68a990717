import { atEndOfTick } from './end-of-tick.ts'

interface Waiting<Item, Answer> {
  readonly item: Item
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/**
 * Collects what is asked for within one tick of the event loop, by group, and sends it together: nothing waits for
 * company, and what comes alone goes alone. A batch that has `most` items, or whose weights have come to `mostWeight`,
 * is sent at once. `send` answers each item in its place; when it fails, all of them have failed.
 */
export function batchPerTick<Item, Answer>(options: {
  readonly most: number
  readonly mostWeight: number
  send(group: number, items: readonly Item[]): Promise<readonly Answer[]>
}): (group: number, item: Item, weight: number) => Promise<Answer> {
  const batches = new Map<number, { waiting: Waiting<Item, Answer>[]; weight: number }>()

  function flush(group: number): void {
    const waiting = batches.get(group)?.waiting ?? []
    if (waiting.length === 0) return
    batches.delete(group)
    options
      .send(
        group,
        waiting.map(({ item }) => item),
      )
      .then(
        (answers) => {
          for (const [at, { resolve }] of waiting.entries()) resolve(answers[at] as Answer)
        },
        (error: unknown) => {
          for (const { reject } of waiting) reject(error)
        },
      )
  }

  return (group, item, weight) =>
    new Promise((resolve, reject) => {
      let batch = batches.get(group)
      if (!batch) {
        batch = { waiting: [], weight: 0 }
        batches.set(group, batch)
        atEndOfTick(() => flush(group))
      }
      batch.waiting.push({ item, resolve, reject })
      batch.weight += weight
      if (batch.waiting.length >= options.most || batch.weight >= options.mostWeight) flush(group)
    })
}
