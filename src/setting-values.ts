import { z } from 'zod'
import { readS3Url } from './files/s3/s3-target.ts'
import { readRedisTarget } from './platform/redis/redis-target.ts'

// How settings are written in the environment: each takes the text, and gives the value or says what is expected.

const UNITS_OF_TIME = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const
const UNITS_OF_SIZE = { b: 1, kb: 1000, mb: 1_000_000, gb: 1_000_000_000 } as const

function withUnit(units: Record<string, number>, plain: string, example: string, low: number, high: number) {
  const pattern = new RegExp(`^(\\d+(?:\\.\\d+)?)(${Object.keys(units).join('|')})?$`, 'i')
  return z.string().transform((text, context) => {
    const match = pattern.exec(text.trim())
    const value = Number(match?.[1]) * (units[(match?.[2] ?? plain).toLowerCase()] ?? Number.NaN)
    if (value >= low && value <= high) return value
    context.issues.push({ code: 'custom', input: text, message: `expected something like ${example}` })
    return z.NEVER
  })
}

/** Seconds, written `300`, `90s`, `5m`, `24h`, `30d` or `500ms`. */
export const seconds = (low: number, high: number) =>
  withUnit(UNITS_OF_TIME, 's', '300s, 5m or 30d', low, high)
export const wholeSeconds = (low: number, high: number) => seconds(low, high).transform(Math.floor)
/**
 * Only characters that are safe in every token. In base64url, `>`, `?`, `~` and characters beyond ASCII can become `-` or
 * `_`, which one client cannot read.
 */
export const issuer = () =>
  z
    .string()
    .trim()
    .max(200)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/, 'expected a name or a URL of letters, digits and . _ : / -')
    .transform((text) => text.replace(/\/+$/, ''))
/** Bytes, written `512`, `64kb`, `1mb`; decimal units. */
export const bytes = (low: number, high: number) => withUnit(UNITS_OF_SIZE, 'b', '64kb or 1mb', low, high)
export const integer = (low: number, high: number) =>
  z.string().trim().transform(Number).pipe(z.int().min(low).max(high))
export const fraction = () => z.string().trim().transform(Number).pipe(z.number().min(0).max(1))
export const text = () => z.string().trim().min(1)
export const optional = <T>(schema: z.ZodType<T, string>) =>
  z
    .string()
    .optional()
    .transform((value) => (value === '' ? undefined : value))
    .pipe(schema.optional())
    .transform((value): T | null => value ?? null)
export const redisTarget = () =>
  text().superRefine((value, context) => {
    try {
      readRedisTarget(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
    }
  })
/** `s3://bucket/prefix` */
export const filePlace = () =>
  text().superRefine((value, context) => {
    try {
      readS3Url(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
    }
  })
/** `name=value,name=value` with percent-encoded values, as in OpenTelemetry's settings for headers. */
export const pairs = () =>
  z.string().transform((text, context) => {
    const found = text.split(',').filter((pair) => pair.trim() !== '')
    const entries = found.map((pair) => /^\s*([\w.-]+)\s*=\s*([^\s]*)\s*$/.exec(pair)?.slice(1) ?? [])
    try {
      if (entries.every(([name]) => name !== undefined)) {
        return Object.fromEntries(entries.map(([name = '', value = '']) => [name, decodeURIComponent(value)]))
      }
    } catch {
      // The percent-encoding is invalid. The values are secrets, so they are not in the message.
    }
    context.issues.push({
      code: 'custom',
      input: '',
      message: 'expected something like name=value,name=value',
    })
    return z.NEVER
  })
/** A URL, or a path alone: what of it stands before all paths, without a slash at its end. */
export const pathPrefix = () =>
  text().transform((value, context) => {
    const path = URL.canParse(value) ? new URL(value).pathname : value
    if (/^(\/[\w.~-]+)*\/?$/.test(path)) return path.replace(/\/$/, '')
    context.issues.push({
      code: 'custom',
      input: value,
      message: 'expected something like https://example.com/splitrun or /splitrun',
    })
    return z.NEVER
  })
export const origins = () =>
  names().refine(
    (all) => all.every((each) => each === '*' || (URL.canParse(each) && new URL(each).origin === each)),
    'expected origins such as https://app.example, separated by commas, or *',
  )
export const names = () =>
  z.string().transform((value) =>
    value
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  )
