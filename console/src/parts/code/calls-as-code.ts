import type { OutputFormat } from '@splitrun/client'

/** A run as it is written down for others. */
export interface WrittenCall {
  /** Where the server is, without a slash at the end. */
  readonly server: string
  readonly org: string
  readonly project: string
  readonly task: string
  /** Null: one is drawn by weight. */
  readonly revision: string | null
  readonly inputs: Readonly<Record<string, unknown>>
  readonly images: number
  /** Null for a task that answers with text. */
  readonly format: OutputFormat | null
}

/** For a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The call for a shell; the token is taken from the environment. */
export function asCurl(call: WrittenCall): string {
  const path = `/api/v1/org/${call.org}/project/${call.project}/task/${call.task}/run`
  const query = call.revision === null ? '' : `?revision_id=${call.revision}`
  const inputs = JSON.stringify(call.inputs)
  const files = Array.from(
    { length: call.images },
    (_, at) => `-F ${quoted(`task_file=@image-${at + 1}.png`)}`,
  )
  const body =
    call.images > 0
      ? [`--form-string ${quoted(`task_input=${inputs}`)}`, ...files]
      : [`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify({ task_input: call.inputs }))}`]
  return [`curl -s ${quoted(call.server + path + query)}`, '-H "Authorization: Bearer $TOKEN"', ...body].join(
    ' \\\n  ',
  )
}

/** JSON as it stands in code; no text in it ends what it stands in. */
const literal = (value: unknown): string => JSON.stringify(value, null, 2)

/** The call by `@splitrun/client`. */
export function asClientCode(call: WrittenCall): string {
  const options = [
    ...(call.images > 0 ? ['files'] : []),
    ...(call.revision === null ? [] : [`revision_id: ${literal(call.revision)}`]),
  ]
  const names = Array.from({ length: call.images }, (_, at) => `'image-${at + 1}.png'`)
  const kind = call.format ? `{ format: ${literal(call.format)} }` : `{ format: 'text' }`
  return [
    ...(call.images > 0 ? [`import { readFile } from 'node:fs/promises'`] : []),
    `import { createClient } from '@splitrun/client'`,
    '',
    `const splitrun = createClient({ baseUrl: ${literal(call.server)}, token: process.env['TOKEN'] ?? '' })`,
    `const task = splitrun.task(${literal(call.task)}, ${kind})`,
    ...(call.images > 0
      ? [`const files = await Promise.all([${names.join(', ')}].map((name) => readFile(name)))`]
      : []),
    `const { output, run } = await task.run(${literal(call.inputs)}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`,
  ].join('\n')
}
