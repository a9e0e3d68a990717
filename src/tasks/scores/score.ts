import { hash } from 'node:crypto'
import { z } from 'zod'
import { noProto } from '../../platform/json/no-proto.ts'

const LONGEST_OPTION = 100
const MOST_OPTIONS = 20

const booleanScore = z.strictObject({
  type: z.literal('boolean'),
  good: z.boolean().meta({ description: 'The better value.' }),
})
/** -0 is stored as 0, and so must be no change of it. */
const bound = z.number().overwrite((value) => value + 0)
const numberScore = z
  .strictObject({
    type: z.literal('number'),
    min: bound,
    max: bound,
    good: z.enum(['high', 'low']).meta({ description: 'Which way is better.' }),
  })
  .refine(({ min, max }) => min < max && Number.isFinite(max - min), 'min must be below max')
const option = z
  .string()
  .min(1)
  .max(LONGEST_OPTION)
  // Half a character cannot be sent by a form, nor be in a list's query or a name of a total.
  .refine((text) => text.isWellFormed(), 'has half a character')
const categoryScore = z
  .strictObject({
    type: z.literal('category'),
    options: z.array(option).min(2).max(MOST_OPTIONS).readonly(),
    good: z.array(option).min(1).readonly().meta({ description: 'The better ones of the options.' }),
  })
  .refine(({ options }) => new Set(options).size === options.length, 'an option stands twice')
  .refine(
    ({ options, good }) =>
      good.every((each) => options.includes(each)) && new Set(good).size < options.length,
    'good must be some of the options, and not all',
  )

/** What feedback on a run may say under one name. */
export const scoreSchema = z.discriminatedUnion('type', [booleanScore, numberScore, categoryScore])
export type Score = z.output<typeof scoreSchema>
export type Scores = Readonly<Record<string, Score>>

/** The scores that a task declares, by name. */
export const scoresSchema = (most: number) =>
  noProto(
    z
      .record(
        z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,31}$/, 'expected 1-32 small letters, digits or _, a letter first'),
        scoreSchema,
      )
      .refine((scores) => Object.keys(scores).length <= most, `at most ${most} scores`),
  )

export type ScoreValue = boolean | number | string

/** A number is counted in so many levels of its range. */
const NUMBER_LEVELS = 21
/** Digits of a level in reports; as many as a number has, where its range is narrow. */
const FEWEST_DIGITS = 6
const MOST_DIGITS = 17

/** How many levels a score is counted in. */
export const levelsOf = ({ type }: Score): number => (type === 'number' ? NUMBER_LEVELS : 2)

/**
 * What comparisons count a score under: its name, and what makes the levels of its values. One that is declared anew in
 * another way begins anew, and does not add up with what was said before.
 */
export function countedName(name: string, score: Score): string {
  const parts: readonly unknown[] =
    score.type === 'number'
      ? [score.type, score.min, score.max]
      : [score.type, score.type === 'boolean' ? score.good : score.good.toSorted()]
  return `${name}~${hash('sha256', JSON.stringify(parts), 'hex').slice(0, 8)}`
}

/** Which way is better, of the levels. */
export const goodOf = (score: Score): 'high' | 'low' => (score.type === 'number' ? score.good : 'high')

/** How good a level is, from 0 to 1. */
export function goodness(score: Score, level: number): number {
  const share = level / (levelsOf(score) - 1)
  return goodOf(score) === 'high' ? share : 1 - share
}

/** What reports count a value under: a number by its level, so that there are only so many. */
export function reportedText(score: Score, value: ScoreValue): string {
  if (score.type !== 'number') return String(value)
  const level = levelOf(score, value) ?? 0
  const { min, max } = score
  const rounded = min + (level / (NUMBER_LEVELS - 1)) * (max - min)
  return String(Number(rounded.toPrecision(digitsOf(min, max))))
}

/** How many digits tell the levels of a range apart. */
function digitsOf(min: number, max: number): number {
  const step = max / (NUMBER_LEVELS - 1) - min / (NUMBER_LEVELS - 1)
  const needed = Math.ceil(Math.log10(Math.max(Math.abs(min), Math.abs(max)) / step)) + 1
  return Math.min(Math.max(needed, FEWEST_DIGITS), MOST_DIGITS)
}

/** The level of a value: by the range of a number, else 1 for a good value and 0 for another. Null for no such value. */
export function levelOf(score: Score, value: unknown): number | null {
  if (score.type === 'boolean') return typeof value === 'boolean' ? Number(value === score.good) : null
  if (score.type === 'category') {
    if (typeof value !== 'string' || !score.options.includes(value)) return null
    return Number(score.good.includes(value))
  }
  if (typeof value !== 'number' || !(value >= score.min && value <= score.max)) return null
  return Math.round(((value - score.min) / (score.max - score.min)) * (NUMBER_LEVELS - 1))
}
