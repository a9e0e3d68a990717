import type { CallOptions } from '../client-options.ts'
import type { RunWishes } from '../shapes/run.ts'

/** An image or a document for the model. A `File` is sent with its name, by which an input processor may want it. */
export type RunFile = Blob | Uint8Array

export interface RunOptions extends RunWishes, CallOptions {
  /** In the order in which the model is to see them. */
  readonly files?: readonly RunFile[] | undefined
  /**
   * By which the run is the same run, however often it is asked for, for 24 hours. Absent, each call makes one of its own,
   * so that its own retries never make a second run.
   */
  readonly idempotencyKey?: string | undefined
}

/** What goes into the query, and what into the body; all else is the client's own. */
export function splitOptions(options: RunOptions) {
  const { files = [], idempotencyKey, signal, timeoutMs, reference, llm_config, ...query } = options
  return {
    files,
    query,
    fields: { reference, llm_config },
    call: { signal, timeoutMs },
    key: idempotencyKey ?? newKey(),
  }
}

/** Not `randomUUID`: pages that came over plain HTTP have none. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
