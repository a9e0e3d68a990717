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
  /** Names of the files that go with it. */
  readonly files: readonly string[]
  /** What the client is told of the answer. */
  readonly format: OutputFormat | 'text' | 'file'
}

/** For a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** A file's name as curl reads it in a form, where some characters mean something. */
const formName = (name: string): string =>
  /^[\w.-]+$/.test(name) ? name : `"${name.replaceAll(/[\\"]/g, '\\$&')}"`

/** The call for a shell; the token is taken from the environment. */
export function asCurl(call: WrittenCall): string {
  const path = `/api/v1/org/${call.org}/project/${call.project}/task/${call.task}/run`
  const query = call.revision === null ? '' : `?revision_id=${call.revision}`
  const inputs = JSON.stringify(call.inputs)
  const files = call.files.map((name) => `-F ${quoted(`task_file=@${formName(name)}`)}`)
  const body =
    files.length > 0
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
    ...(call.files.length > 0 ? ['files'] : []),
    ...(call.revision === null ? [] : [`revision_id: ${literal(call.revision)}`]),
  ]
  const kind = `{ format: ${typeof call.format === 'string' ? `'${call.format}'` : literal(call.format)} }`
  return [
    ...(call.files.length > 0 ? [`import { readFile } from 'node:fs/promises'`] : []),
    `import { createClient } from '@splitrun/client'`,
    '',
    `const splitrun = createClient({ baseUrl: ${literal(call.server)}, token: process.env['TOKEN'] ?? '' })`,
    `const task = splitrun.task(${literal(call.task)}, ${kind})`,
    ...(call.files.length > 0
      ? [
          `const names = ${JSON.stringify(call.files)}`,
          'const files = await Promise.all(names.map(async (name) => new File([await readFile(name)], name)))',
        ]
      : []),
    `const { output, run } = await task.run(${literal(call.inputs)}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`,
    ...(call.format === 'file' ? ['const file = await task.attach(run.id).file(output.file)'] : []),
  ].join('\n')
}
