import { z } from 'zod'
import type { ScoreValue } from './score.ts'

/** Which runs of a list are wanted, by what was said of them last. */
export interface ScoreFilter {
  readonly name: string
  fits(value: ScoreValue): boolean
}

const NUMBER = String.raw`-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?`
const EXACT = new RegExp(`^${NUMBER}$`)
const RANGE = new RegExp(`^(${NUMBER})?\\.\\.(${NUMBER})?$`)

/** `name`, or `name:value`, or `name:least..most` for numbers, where one end may be missing. */
export const scoreFilter = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}(?::.{1,100})?$/s, 'expected name, name:value or name:least..most')
  .transform((text): ScoreFilter => {
    const at = text.indexOf(':')
    if (at < 0) return { name: text, fits: () => true }
    const wanted = text.slice(at + 1)
    const range = RANGE.exec(wanted)
    const least = range?.[1] ? Number(range[1]) : Number.NEGATIVE_INFINITY
    const most = range?.[2] ? Number(range[2]) : Number.POSITIVE_INFINITY
    return {
      name: text.slice(0, at),
      fits: (value) =>
        typeof value === 'number'
          ? range
            ? value >= least && value <= most
            : EXACT.test(wanted) && value === Number(wanted)
          : String(value) === wanted,
    }
  })
