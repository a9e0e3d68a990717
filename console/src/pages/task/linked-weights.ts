/** What a revision has of the traffic. */
export interface Share {
  readonly id: string
  /** As exact as its weight: one that is small, and shown as 0, is not lost. */
  readonly percent: number
}

/** The shares of revisions with these weights; even where all are 0. */
export function sharesOf(
  active: readonly { readonly task_revision_id: string; readonly weight: number }[],
): Share[] {
  const percents = splitExactly(
    100,
    active.map(({ weight }) => weight),
  )
  return active.map(({ task_revision_id: id }, at) => ({ id, percent: percents[at] ?? 0 }))
}

const MOST_DIGITS = 12

/** A share for a person: rounded, and never to nothing or to all where it is neither. */
export function shownPercent(percent: number): number {
  for (let digits = 2; digits < MOST_DIGITS; digits += 1) {
    const shown = Number(percent.toFixed(digits))
    if ((shown > 0 || percent <= 0) && (shown < 100 || percent >= 100)) return shown
  }
  return percent
}

/** Splits a whole number as the weights are to each other, into whole numbers; evenly where all weights are 0. */
export function splitWhole(total: number, weights: readonly number[]): number[] {
  const exact = splitExactly(total, weights)
  const whole = exact.map(Math.floor)
  const left = total - whole.reduce((all, each) => all + each, 0)
  // What is left over goes to those that lost most by being cut.
  const losers = exact.map((each, at) => ({ at, lost: each % 1 })).sort((a, b) => b.lost - a.lost)
  for (const { at } of losers.slice(0, left)) whole[at] = (whole[at] ?? 0) + 1
  return whole
}

/** Gives one revision a share, and what is left to the others, as they are to each other. */
export function changeShare(shares: readonly Share[], id: string, percent: number): Share[] {
  const others = shares.filter((each) => each.id !== id)
  const given = others.length === 0 ? 100 : Math.min(100, Math.max(0, percent))
  const rest = splitExactly(
    100 - given,
    others.map((each) => each.percent),
  )
  const ofOthers = new Map(others.map((each, at) => [each.id, rest[at] ?? 0]))
  return shares.map((each) => ({ id: each.id, percent: ofOthers.get(each.id) ?? given }))
}

function splitExactly(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  return weights.map((weight) => total * (sum > 0 ? weight / sum : 1 / weights.length))
}
