import type { OutputCheck } from './check-output.ts'
import type { CompiledOutput } from './compile-output.ts'
import { readStringified } from './read/stringified.ts'

export interface Fitting {
  readonly checked: OutputCheck
  /** What fits stood within what was read. */
  readonly unwrapped: boolean
}

/** A wrapper has a level or two: `{"response": {...}}`, the arguments of a tool call. */
const MAX_WRAPPERS = 4

/**
 * The last candidate that fits the format; else the only object that fits within the best (last) one: a wrapper such as
 * `{"response": {...}}`. Where neither is, the issues of the best. There must be one candidate at least.
 */
export function findFitting(compiled: CompiledOutput, candidates: readonly unknown[]): Fitting {
  const best = candidates.at(-1)
  const first = compiled.check(best)
  if (first.ok) return { checked: first, unwrapped: false }
  for (const candidate of candidates.slice(0, -1).reverse()) {
    const checked = compiled.check(candidate)
    // `{}` fits a format of optional keys, but says nothing beside an object that does not fit.
    if (checked.ok && saysSomething(candidate)) return { checked, unwrapped: false }
  }
  if (!compiled.sharesKey(best)) {
    const within: OutputCheck[] = []
    collect(compiled, best, within, MAX_WRAPPERS)
    const [only] = within
    if (only && within.length === 1) return { checked: only, unwrapped: true }
  }
  return { checked: first, unwrapped: false }
}

/** Adds the outermost objects within `value` that fit. */
function collect(compiled: CompiledOutput, value: unknown, found: OutputCheck[], levels: number): void {
  const inner = typeof value === 'string' ? readStringified(value) : value
  if (levels === 0 || typeof inner !== 'object' || inner === null) return
  for (const member of Object.values(inner)) {
    if (found.length > 1) return
    const child = typeof member === 'string' ? readStringified(member) : member
    const checked = saysSomething(child) ? compiled.check(child) : undefined
    if (checked?.ok) found.push(checked)
    else if (!compiled.sharesKey(child)) collect(compiled, child, found, levels - 1)
  }
}

function saysSomething(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}
