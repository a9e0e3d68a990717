import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { isHeaderValue, NO_HEADER_VALUE } from '../platform/header-value.ts'
import { noProto } from '../platform/json/no-proto.ts'
import { parseJsonFile } from '../platform/json/parse-json-file.ts'
import { prettyIssues } from '../platform/told-issues.ts'
import { isBuiltIn } from './processor.ts'
import type { HttpProcessor } from './processor-catalogue.ts'

const filled = z.string().min(1)
const headerValue = z.string().refine(isHeaderValue, NO_HEADER_VALUE)
const processor = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][\w-]{0,63}$/, 'expected letters, digits, _ or -')
    .refine((name) => !isBuiltIn(name), 'is the name of one that is part of the server'),
  url: z.url({ protocol: /^https?$/ }).refine((url) => {
    const { username, password } = new URL(url)
    return username + password === ''
  }, 'has a name or a password, which are not sent: they belong into headers, as {"env": "NAME"}'),
  description: z.string().max(1000).default(''),
  headers: noProto(z.record(filled, z.union([headerValue, z.strictObject({ env: filled })]))).default({}),
  timeout_seconds: z.number().positive().max(600).default(30),
  config_schema: noProto(z.record(z.string(), z.unknown())).optional(),
})
const file = z.strictObject({ processors: z.array(processor).max(100) })

/**
 * The processors of a file: URLs that the administrator configures.
 * @throws {Error} with the file and the place in it, when it cannot be used
 */
export function readProcessorsFile(
  path: string,
  readSecret: (name: string) => string | undefined,
): HttpProcessor[] {
  try {
    const parsed = file.safeParse(parseJsonFile(readFileSync(path)))
    if (!parsed.success) throw new Error(prettyIssues(parsed.error))
    const { processors } = parsed.data
    if (new Set(processors.map(({ name }) => name)).size < processors.length) {
      throw new Error('two processors have the same name')
    }
    return processors.map(({ name, url, description, headers, timeout_seconds, config_schema }) => ({
      ...{ name, url, description, timeoutMs: timeout_seconds * 1000, configSchema: config_schema ?? null },
      headers: Object.fromEntries(
        Object.entries(headers).map(([header, value]) => {
          if (typeof value === 'string') return [header, value]
          const secret = readSecret(value.env)
          if (!secret) throw new Error(`${name} wants ${value.env}, which is not set`)
          if (!isHeaderValue(secret)) throw new Error(`${name}: ${value.env} ${NO_HEADER_VALUE}`)
          return [header, secret]
        }),
      ),
    }))
  } catch (cause) {
    throw new Error(`input processors file ${path}: ${(cause as Error).message}`, { cause })
  }
}
