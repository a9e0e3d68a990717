import DataLoader from 'dataloader'

interface Asked<Item> {
  readonly item: Item
  readonly weight: number
}

export interface BatchOptions<Item, Reply> {
  /** Most items of a batch. */
  readonly most: number
  /** A batch whose weights have come to this takes no further item. */
  readonly mostWeight: number
  /** How long what comes waits for company, in ms; absent: until the end of the tick. */
  readonly gatherMs?: number
  /** Replies to each item in its place; when it fails, all of its batch have failed, and no other. */
  send(group: number, items: readonly Item[]): Promise<readonly Reply[]>
}

/**
 * Collects what is asked for within one tick of the event loop, by group, and sends it together at the end of the tick:
 * nothing waits for company, and what comes alone goes alone. What is more than a batch holds goes in several. What nobody
 * waits for may be collected for longer.
 *
 * Without it a run takes 12 % more CPU in all, and 48 % more of Redis: median of 15 rounds in turn with 16 connections,
 * November 2026 (docs/decisions/tricks.md).
 */
export function inBatches<Item, Reply>(
  options: BatchOptions<Item, Reply>,
): (group: number, item: Item, weight: number) => Promise<Reply> {
  const loaders = new Map<number, DataLoader<Asked<Item>, Reply>>()
  const { gatherMs } = options
  const batchScheduleFn = (run: () => void): void => {
    if (gatherMs === undefined) setImmediate(run)
    else setTimeout(run, gatherMs)
  }

  function loaderOf(group: number): DataLoader<Asked<Item>, Reply> {
    const known = loaders.get(group)
    if (known) return known
    const send = (items: readonly Item[]) =>
      options.send(group, items).catch((error: Error) => items.map(() => error))
    const loader = new DataLoader<Asked<Item>, Reply>(
      async (asked) => (await Promise.all(byWeight(asked, options.mostWeight).map(send))).flat(),
      { cache: false, maxBatchSize: options.most, batchScheduleFn },
    )
    loaders.set(group, loader)
    return loader
  }

  return (group, item, weight) => loaderOf(group).load({ item, weight })
}

/** The library bounds batches by their number of items only. */
function byWeight<Item>(asked: readonly Asked<Item>[], most: number): Item[][] {
  const batches: Item[][] = []
  let weight = most
  for (const each of asked) {
    if (weight >= most) {
      batches.push([])
      weight = 0
    }
    batches.at(-1)?.push(each.item)
    weight += each.weight
  }
  return batches
}
