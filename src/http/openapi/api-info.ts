import packageJson from '../../../package.json' with { type: 'json' }

/** What endpoints are grouped by in the document. */
export const TAGS = {
  Runs: 'Run tasks, and read what came of it.',
  Reports: 'What the runs that ended add up to, by day.',
  Tasks: 'Prompts with their revisions and the traffic between them.',
  Tags: 'Words on tasks and on revisions, by which they are found.',
  Models: 'What revisions may name.',
  OpenAI: 'Tasks as OpenAI’s own clients call them: their base URL is `/v1` of this server.',
  Tokens: 'Tokens for OAuth clients, and whom a token stands for.',
  Tenants: 'Organisations, projects, keys and OAuth clients; for the administrator.',
  Service: 'Health, metrics, and this document.',
} as const
export type Tag = keyof typeof TAGS

/** The head of the OpenAPI document. */
export const INFO = {
  title: 'Splitrun',
  version: packageJson.version,
  summary: 'Turns prompts into APIs: weighted revisions, structured output, durable runs.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  description: `Every path is served under \`/api/v1\` and, identically, at the root; those of \`/v1\` at the root alone.

**Conventions.** Ids are UUIDs, times are ISO 8601 in UTC, names are snake_case. Bodies are JSON, also without a
Content-Type; forms, urlencoded or multipart, may be sent instead: their booleans are the words \`true\` and \`false\`,
their objects and lists JSON text. Create, update and delete answer 200 with the resource. Answers may gain members:
ignore those that you do not know. Members that are listed as required are always there, null where nullable.

**Lists** are pages, newest first: follow \`pagination.next_cursor\` while \`has_next\`. Catalogues are bare arrays.

**Errors** are always JSON, but for a browser that opens a link for feedback; those of \`/v1\` have OpenAI's shape.
Of all others \`detail.reason\` is one of a closed list; branch on it and never on \`detail.message\`. A 422
has a list instead, with the place of everything that is wrong. 429 and 503 bear \`Retry-After\`, in seconds. What is
absent and what is not yours answer the same 404; a path that does not exist is 404 \`ROUTE_NOT_FOUND\`, a method that a
path does not know 405 \`METHOD_NOT_ALLOWED\`.

**Repetitions.** An \`Idempotency-Key\` is acted on by the calls that start a run, which declare it. All others pass it over, and name
it in \`x-ignored-fields\`.`,
} as const

/**
 * Where the paths are: relative, so that the document holds wherever it was fetched from.
 * @param publicPath what stands before all paths for callers
 */
export const serversAt = (publicPath: string) => [
  { url: `${publicPath}/api/v1`, description: 'The API.' },
  { url: publicPath || '/', description: 'The same, for clients whose base URL has no path.' },
]
