import type { ComparedMetric } from '@splitrun/client'

/** Of the drawing, in its own units. */
export const WIDTH = 200
export const HEIGHT = 18

type Drawn = Pick<ComparedMetric, 'difference' | 'difference_interval' | 'tolerance' | 'unit'>

/** Beyond it, an interval says no more than that little is known; so one wide row does not hide what others show. */
const WIDEST = { points: 1, ratio: Math.log(8) } as const
/** What does not matter takes at least so much of the half of a drawing, and at most the half of it. */
const NARROWEST = 4

/** Places of an interval from left to right. "No difference" is in the middle; ratios are drawn by their logarithms. */
export function drawInterval({ difference, difference_interval: interval, tolerance, unit }: Drawn) {
  const toScale = (value: number) => (unit === 'ratio' ? Math.log(Math.max(value, 1e-9)) : value)
  const bounds = interval.map(toScale)
  const [low = 0, high = 0] = bounds
  const matters = toScale(tolerance)
  const reach = Math.min(WIDEST[unit], Math.max(Math.abs(low), Math.abs(high), matters * NARROWEST) * 1.1)
  const place = (value: number) => {
    const share = Math.min(1, Math.max(-1, value / reach))
    return Math.round((WIDTH / 2) * (1 + share) * 10) / 10
  }
  return {
    low: place(low),
    high: place(high),
    point: difference === null ? null : place(toScale(difference)),
    middle: WIDTH / 2,
    band: [place(-matters), place(matters)] as const,
  }
}
