import type { Steps } from '../../platform/event-loop/in-pieces.ts'

/** The width within which an end is found. */
const PRECISION = 2e-10

interface Point {
  readonly at: number
  /** Above 0, or 0, where the evidence reaches the threshold. */
  readonly excess: number
}

/**
 * The last value, on the way from one that is rejected to one that is not, at which evidence still reaches a threshold.
 * What it gives is rejected itself, so an interval that ends there is never too narrow. Bets come and go with the value, so
 * evidence may cross the threshold several times, close together: then it is one of those values.
 *
 * Found by Chandrupatla's method ("A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function
 * without using derivatives", 1997): some twelve looks at the evidence where bisection takes 34. Evidence grows about with
 * the square of the distance, so it is its root that is followed.
 */
export function* endOfRejected(
  rejected: number,
  kept: number,
  evidenceAt: (value: number) => number,
  threshold: number,
): Steps<number> {
  function look(at: number): Point {
    const evidence = evidenceAt(at)
    const excess = root(evidence) - root(threshold)
    // Roots are rounded.
    return { at, excess: evidence >= threshold ? Math.max(0, excess) : Math.min(-Number.MIN_VALUE, excess) }
  }
  let latest = look(rejected)
  yield
  let other = look(kept)
  if (other.excess >= 0) return kept
  for (let part = 0.5; Math.abs(other.at - latest.at) > PRECISION; ) {
    yield
    const next = look(latest.at + part * (other.at - latest.at))
    const isOnSameSide = next.excess >= 0 === latest.excess >= 0
    const before = isOnSameSide ? latest : other
    if (!isOnSameSide) other = latest
    latest = next
    const least = Math.min(0.5, PRECISION / 2 / Math.abs(other.at - latest.at))
    part = Math.min(1 - least, Math.max(least, partFor(latest, other, before)))
  }
  return latest.excess >= 0 ? latest.at : other.at
}

const root = (evidence: number): number => Math.sign(evidence) * Math.sqrt(Math.abs(evidence))

/** Which part of the way from `a` to `b` to look at next: by a parabola through three points, or the middle where that may mislead. */
function partFor(a: Point, b: Point, c: Point): number {
  const xi = (a.at - b.at) / (c.at - b.at)
  const phi = (a.excess - b.excess) / (c.excess - b.excess)
  if (!(phi ** 2 < xi && (1 - phi) ** 2 < 1 - xi)) return 0.5
  const ofB = (a.excess / (b.excess - a.excess)) * (c.excess / (b.excess - c.excess))
  const ofC =
    ((c.at - a.at) / (b.at - a.at)) * (a.excess / (c.excess - a.excess)) * (b.excess / (c.excess - b.excess))
  return ofB + ofC
}
