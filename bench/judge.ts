import type { Statement } from './drill.ts'
import type { Growth, Spread } from './turns.ts'

/**
 * Whether a growth is at most what is wanted. It holds when its median does and things that are alike do not differ by
 * more; it is missed when not one round kept to it. Anything else cannot be told.
 */
export function judgeGrowth(what: string, { factor, least, noise }: Growth, wanted: number): Statement {
  const text = `${what}: ${factor.toFixed(2)} times (wanted: at most ${wanted})`
  if (least > wanted) return { text, holds: false }
  if (factor <= wanted && noise <= wanted) return { text, holds: true }
  return unclear(
    text,
    `the same beside itself differed by ${noise.toFixed(2)} times, and in one round it was ${least.toFixed(2)} times`,
  )
}

/** Whether a factor is at most what is wanted: told where it is, or is not, with other rounds, too. */
export function judgeSpread(what: string, { factor, low, high }: Spread, wanted: number): Statement {
  const [seen, from, to] = [factor, low, high].map((each) => each.toFixed(3))
  const text = `${what}: ${seen} times, with other rounds ${from} to ${to} (wanted: at most ${wanted})`
  if (low <= wanted && high > wanted) return unclear(text, 'it depends on the rounds')
  return { text, holds: high <= wanted }
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
