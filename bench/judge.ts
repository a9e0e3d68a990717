import type { Statement } from './drill.ts'
import type { Growth } from './turns.ts'

/**
 * Whether a growth is at most what is wanted. It cannot be told where things that are alike differ by more than that,
 * nor when the growth is beyond it by no more than they differ.
 */
export function judgeGrowth(what: string, { factor, noise }: Growth, wanted: number): Statement {
  const text = `${what}: ${factor.toFixed(2)} times (wanted: at most ${wanted})`
  const least = factor / noise
  if (factor <= wanted && noise <= wanted) return { text, holds: true }
  if (least > wanted) return { text, holds: false }
  return unclear(text, `the same beside itself differed by ${noise.toFixed(2)} times`)
}

/**
 * Whether a figure is at most what is wanted. Where it is not, it cannot be told whether that is the machine's doing when
 * it would be without what the machine adds, or when that alone is more.
 */
export function judgeFigure(
  text: string,
  { seen, ofMachine, wanted }: { seen: number; ofMachine: number; wanted: number },
  because: string,
): Statement {
  if (seen <= wanted) return { text, holds: true }
  return seen - ofMachine <= wanted || ofMachine > wanted ? unclear(text, because) : { text, holds: false }
}

/** What cannot be told where it was measured, and why. */
export const unclear = (text: string, because: string): Statement => ({
  text: `${text}; it cannot be told here: ${because}`,
  holds: null,
})
