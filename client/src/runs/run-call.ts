import type { Call } from '../transport/call.ts'
import { type RunFile, type RunOptions, splitOptions } from './run-options.ts'

/** The call that starts a run of a task. It can be sent again: its key makes that the same run. */
export function runCall(inputs: object, options: RunOptions): (task: string) => Call {
  const { files, query, fields, call, key } = splitOptions(options)
  const members = { task_input: inputs, ...fields }
  return (task) => ({
    ...call,
    method: 'POST',
    path: `P/task/${task}/run`,
    query,
    body: files.length > 0 ? formOf(members, files) : members,
    headers: { 'idempotency-key': key },
    repeatable: true,
  })
}

/** Members that are no texts are JSON in a form. */
function formOf(members: Readonly<Record<string, unknown>>, files: readonly RunFile[]): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  for (const file of files) {
    form.append('task_file', file instanceof Blob ? file : new Blob([new Uint8Array(file)]))
  }
  return form
}
