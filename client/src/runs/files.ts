import type { CallOptions } from '../client-options.ts'
import type { Api } from '../transport/api.ts'
import { segment } from '../transport/call.ts'

/** A file of the run at this path, with its media type. */
export function readFile(api: Api, run: string, name: string, options: CallOptions): Promise<Blob> {
  const path = `${run}/file/${segment(name)}`
  const headers = { accept: '*/*' }
  return api.send({ ...options, method: 'GET', path, headers, repeatable: true }, (response) =>
    response.blob(),
  )
}
