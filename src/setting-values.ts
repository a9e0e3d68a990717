import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { readS3Url } from './files/s3/s3-target.ts'
import { isHeaderValue, NO_HEADER_VALUE } from './platform/header-value.ts'
import { readRedisTarget } from './platform/redis/redis-target.ts'

// How settings are written in the environment: each takes the text, and gives the value or says what is expected.

/** @param problem says what is wrong with a value; null where nothing is */
const checked = (problem: (value: string) => string | null) =>
  text().superRefine((value, context) => {
    const message = problem(value)
    if (message !== null) context.addIssue({ code: 'custom', message })
  })

const UNITS_OF_TIME = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const
const UNITS_OF_SIZE = { b: 1, kb: 1000, mb: 1_000_000, gb: 1_000_000_000 } as const

function withUnit(units: Record<string, number>, plain: string, example: string, low: number, high: number) {
  const pattern = new RegExp(`^(\\d+(?:\\.\\d+)?)(${Object.keys(units).join('|')})?$`, 'i')
  return z.string().transform((text, context) => {
    const match = pattern.exec(text.trim())
    const value = Number(match?.[1]) * (units[(match?.[2] ?? plain).toLowerCase()] ?? Number.NaN)
    if (value >= low && value <= high) return value
    const bounds = `from ${inUnit(units, plain, low)} to ${inUnit(units, plain, high)}`
    context.issues.push({
      code: 'custom',
      input: text,
      message: `expected something like ${example}, ${bounds}`,
    })
    return z.NEVER
  })
}

/** A value in the largest unit of which it is so many whole ones. */
function inUnit(units: Record<string, number>, plain: string, value: number): string {
  const fits = Object.entries(units).filter(([, size]) => value > 0 && Number.isInteger(value / size))
  const [name = plain, size = 1] = fits.at(-1) ?? []
  return `${value / size}${name}`
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
export const integer = (low: number, high: number) => {
  const error = `expected a whole number from ${low} to ${high}`
  return z.string().trim().transform(toNumber).pipe(z.int({ error }).min(low, { error }).max(high, { error }))
}
export const fraction = () => {
  const error = 'expected a number from 0 to 1'
  return z.string().trim().transform(toNumber).pipe(z.number({ error }).min(0, { error }).max(1, { error }))
}
/** Number() takes an empty text for 0, and reads `0x10`. */
const toNumber = (text: string): number =>
  /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
export const text = () => z.string().trim().min(1)
export const httpUrl = () =>
  z
    .string()
    .trim()
    .pipe(z.url({ protocol: /^https?$/, error: 'expected a URL such as https://host/path' }))
/** What goes into a header behind `Bearer`: with any other character, no request could ever bear it. */
export const bearer = (least: number) =>
  z
    .string()
    .trim()
    .regex(/^[!-~]*$/, 'expected letters, digits and signs of ASCII, and no spaces')
    .min(least, `expected at least ${least} characters`)
export const optional = <T>(schema: z.ZodType<T, string>) =>
  z
    .string()
    .optional()
    .transform((value) => (value === '' ? undefined : value))
    .pipe(schema.optional())
    .transform((value): T | null => value ?? null)
export const redisTarget = () => checked((value) => failureOf(() => readRedisTarget(value)))
/** `s3://bucket/prefix` */
export const filePlace = () => checked((value) => failureOf(() => readS3Url(value)))
/** A secret that is sent in a header. */
export const headerValue = () => checked((value) => (isHeaderValue(value) ? null : NO_HEADER_VALUE))

function failureOf(read: () => unknown): string | null {
  try {
    read()
    return null
  } catch (error) {
    return (error as Error).message
  }
}
/** `name=value,name=value` with percent-encoded values, as in OpenTelemetry's settings for headers. */
export const pairs = () =>
  z.string().transform((text, context) => {
    const found = text.split(',').filter((pair) => pair.trim() !== '')
    const entries = found.map((pair) => /^\s*([\w.-]+)\s*=\s*([^\s]*)\s*$/.exec(pair)?.slice(1) ?? [])
    try {
      const read = entries.map(([name, value = '']) => [name, decodeURIComponent(value)] as const)
      if (read.every(([name, value]) => name !== undefined && isHeaderValue(value))) {
        return Object.fromEntries(read)
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
/** Names of hosts, also `*.example.com`. */
export const hosts = () =>
  names().refine(
    (all) => all.every((each) => /^(\*\.)?([a-z0-9_-]+\.)*[a-z0-9_-]+$|^\[[0-9a-f:.]+\]$/i.test(each)),
    'expected names of hosts such as example.com or *.example.com, without a scheme, port or path, separated by commas',
  )
export const networks = () =>
  names().refine(
    (all) => all.every((each) => ipaddr.isValidCIDR(each)),
    'expected networks such as 10.0.0.0/8 or fd00::/8, separated by commas',
  )
export const names = () =>
  z.string().transform((value) =>
    value
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  )
