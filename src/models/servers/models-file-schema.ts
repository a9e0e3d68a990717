import { validateHeaderName } from 'node:http'
import { z } from 'zod'
import { isHeaderValue, NO_HEADER_VALUE } from '../../platform/header-value.ts'
import { givenId } from '../../platform/id-schema.ts'
import { noProto } from '../../platform/json/no-proto.ts'
import { OWN_MEMBERS } from '../request-rules.ts'

const filled = z.string().min(1)
/** A value, or the name of the variable that holds it. */
const value = z.union([z.string(), z.strictObject({ env: filled })], {
  error: 'expected a string, or {"env": "NAME"} with the variable that holds it',
})
/** Written by the transport itself; a second value for one of them would make requests that servers refuse. */
const OURS = [
  ...['connection', 'content-length', 'content-type', 'expect', 'host', 'keep-alive'],
  ...['transfer-encoding', 'upgrade'],
]

const headerName = filled.refine(
  (name) => passes(() => validateHeaderName(name)),
  'is not the name of a header',
)
const headers = noProto(
  z.record(
    headerName.refine((name) => !OURS.includes(name.toLowerCase()), 'is written by the transport'),
    value.refine((given) => typeof given !== 'string' || isHeaderValue(given), NO_HEADER_VALUE),
  ),
)

/** A member of requests that may be written by hand. */
const member = filled.refine((name) => !OWN_MEMBERS.has(name), 'is written by this service itself')
/** How requests differ from the protocol. A model's go before its server's. */
const requestRules = {
  parameters: z
    .strictObject({
      add: noProto(z.record(member, z.unknown())).optional(),
      drop: z.array(filled).optional(),
      rename: noProto(z.record(filled, member)).optional(),
    })
    .optional(),
  schema_dialect: z.enum(['json_schema', 'openai', 'azure', 'gemini']).optional(),
  strict: z.boolean().optional(),
  system_turn: z.enum(['system', 'developer', 'user']).optional(),
}

const perMinute = z.int().min(1).max(1_000_000_000_000)
/** What the whole fleet together may ask; `auto`: as the server's headers say. */
const limits = z.union(
  [
    z.literal('auto'),
    z
      .strictObject({
        requests_per_minute: perMinute.optional(),
        tokens_per_minute: perMinute.optional(),
        input_tokens_per_minute: perMinute.optional(),
        output_tokens_per_minute: perMinute.optional(),
        concurrent: z.int().min(1).max(1_000_000).optional(),
      })
      .refine((each) => Object.keys(each).length > 0),
  ],
  {
    error:
      'expected "auto", or at least one of, as whole numbers from 1, requests_per_minute, tokens_per_minute, input_tokens_per_minute, output_tokens_per_minute, concurrent',
  },
)

/** The header that the key of a server is sent in; null where there is none. */
function keyHeader({
  auth = 'bearer',
  api_key_env,
}: {
  auth?: 'bearer' | 'none' | { header: string } | undefined
  api_key_env?: string | undefined
}): string | null {
  if (api_key_env === undefined || auth === 'none') return null
  return auth === 'bearer' ? 'authorization' : auth.header
}

const has = (headers: object, name: string | null): boolean =>
  Object.keys(headers).some((each) => each.toLowerCase() === name?.toLowerCase())

const server = z
  .strictObject({
    ...requestRules,
    base_url: z.url({ protocol: /^https?$/ }),
    api_key_env: filled.optional(),
    auth: z
      .union([z.enum(['bearer', 'none']), z.strictObject({ header: headerName })], {
        error: 'expected "bearer", "none" or {"header": "NAME"}',
      })
      .optional(),
    ca_file: filled.optional(),
    client_cert_file: filled.optional(),
    client_key_file: filled.optional(),
    headers: headers.optional(),
    limits: limits.optional(),
    provider: filled.optional(),
    proxy: z.union([z.literal('none'), z.url({ protocol: /^https?$/ })]).optional(),
    query: noProto(z.record(filled, value)).optional(),
    timeout_seconds: z.number().positive().max(3600).optional(),
  })
  .refine(({ client_cert_file, client_key_file }) => !client_cert_file === !client_key_file, {
    error: 'client_cert_file and client_key_file go together',
  })
  .refine(({ auth, api_key_env }) => auth !== 'none' || api_key_env === undefined, {
    error: 'with "auth": "none" no key is sent, so api_key_env has to be left out',
  })
  .refine(({ auth, api_key_env }) => typeof auth !== 'object' || api_key_env !== undefined, {
    error: 'auth names the header of a key, so api_key_env has to say where the key is',
  })
  .refine((entry) => !has(entry.headers ?? {}, keyHeader(entry)), {
    error: 'headers must not have the one that the key is sent in',
  })
  .refine(
    ({ base_url, ca_file, client_cert_file }) => /^https:/i.test(base_url) || !(ca_file || client_cert_file),
    {
      error: 'ca_file and client_cert_file are for a base_url of https',
    },
  )

/** More than any currency asks: what a thousand million tokens cost is still a whole number that Redis counts. */
const perMillion = z.number().min(0).max(1_000_000_000)
const price = z.strictObject({
  input: perMillion,
  cached_input: perMillion.optional(),
  cache_write: perMillion.optional(),
  output: perMillion,
})

const model = z.strictObject({
  ...requestRules,
  name: filled,
  id: givenId.optional(),
  alias: filled.optional(),
  api: z.enum(['chat', 'responses', 'images', 'speech']).optional(),
  description: z.string().optional(),
  limits: limits.optional(),
  max_output_tokens: z.int().min(1).max(10_000_000).optional(),
  output: z.enum(['json_schema', 'json_object', 'none']).default('json_schema'),
  price: price.optional(),
  reasoning_in_text: z.enum(['strip', 'keep']).optional(),
  retired: z.boolean().default(false),
  server: filled,
  stream: z.enum(['live', 'always', 'never']).optional(),
  stream_usage: z.boolean().optional(),
  supports_audio: z.boolean().default(false),
  supports_audio_output: z.boolean().default(false),
  supports_image_output: z.boolean().default(false),
  supports_pdf: z.boolean().default(false),
  supports_vision: z.boolean().default(false),
  upstream_name: filled.optional(),
})

/** What a models file may hold. `docs/reference/models-file.md` says what each member means. */
export const modelsFileSchema = z.strictObject({
  servers: noProto(z.record(filled, server)),
  models: z.array(model).min(1),
})

/** One server of the file. */
export type ServerEntry = z.infer<typeof server>
/** One model of the file. */
export type ModelEntry = z.infer<typeof model>

function passes(check: () => void): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}
