import type { Totals } from '../totals/rollup-store.ts'
import { countOf } from './hour-counts.ts'

/**
 * The shares of revisions among the runs that count. As drawn, unless runs had results of other runs, which do not count:
 * of inputs that come again each revision is asked once, whatever its share, so that the shares are then those counted, and
 * those drawn where nothing is.
 */
export function countedShares(
  shares: ReadonlyMap<string, number>,
  totals: ReadonlyMap<string, Totals>,
): ReadonlyMap<string, number> {
  const all = [...shares.keys()].map((id) => totals.get(id))
  if (!all.some((each) => each && countOf(each, 'reused') > 0)) return shares
  const n = all.reduce((sum, each) => sum + (each ? countOf(each, 'n') : 0), 0)
  const weight = [...shares.values()].reduce((sum, share) => sum + share, 0)
  return new Map(
    [...shares].map(([id, share]) => {
      const own = totals.get(id)
      return [id, ((own ? countOf(own, 'n') : 0) + share) / (n + weight)]
    }),
  )
}

/** The same of two revisions: the share of the second, of what counts of either. */
export function countedShare(share: number, a: Totals, b: Totals): number {
  const shares = new Map([
    ['a', 1 - share],
    ['b', share],
  ])
  return (
    countedShares(
      shares,
      new Map([
        ['a', a],
        ['b', b],
      ]),
    ).get('b') ?? share
  )
}
