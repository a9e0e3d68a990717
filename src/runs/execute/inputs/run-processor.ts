import type { Dispatcher } from 'undici'
import { decodeDocument } from '../../../files/document/decode-document.ts'
import { sniffDocument } from '../../../files/document/sniff-document.ts'
import { askHttpProcessor } from '../../../inputs/ask-http-processor.ts'
import type { Fetcher } from '../../../inputs/fetch/fetch-url.ts'
import { type ProcessorUse, takesDocument } from '../../../inputs/processor.ts'
import type { ProcessorCatalogue } from '../../../inputs/processor-catalogue.ts'
import { ProcessorFailure } from '../../../inputs/processor-failure.ts'
import type { Asker } from '../../../platform/turns.ts'
import type { RunFile } from '../../file-use.ts'
import type { RunRequest } from '../../run.ts'
import { type LoadFilesDeps, readStored, textOf } from '../ask/load-files.ts'
import type { KeptResultsDeps } from './kept-results.ts'

export interface RunProcessorDeps extends KeptResultsDeps, Pick<LoadFilesDeps, 'documents'> {
  readonly processors: ProcessorCatalogue
  /** Null where fetching is not enabled. */
  readonly fetcher: Fetcher | null
  readonly httpProcessors: { readonly dispatcher: Dispatcher; readonly bytesMax: number }
}

/**
 * What one processor gives.
 * @throws {ProcessorFailure}; {UnreadableDocument}; what is no run's fault; the reason of `signal`
 */
export async function runProcessor(
  deps: RunProcessorDeps,
  request: RunRequest,
  use: ProcessorUse,
  { inputs, file }: { inputs: RunRequest['inputs']; file: RunFile | null },
  signal: AbortSignal,
): Promise<unknown> {
  const by = { owner: request.project, signal }
  if (takesDocument(use)) {
    if (!file) throw new ProcessorFailure('no document was sent for it', false)
    return use.config['extract_text'] === false
      ? asItCame(await readStored(deps, request.id, file.stored))
      : textOf(deps, request.id, file, by)
  }
  const value = Object.hasOwn(inputs, use.param) ? inputs[use.param] : null
  const http = deps.processors.http(use.processor)
  if (!http) return fetchText(deps, value, use.config['extract_text'] !== false, by)
  const { id, project, task } = request
  const sent = {
    ...{ processor: use.processor, param_name: use.param, value, inputs, config: use.config },
    ...{ project_id: project, task_id: task, run_id: id },
  }
  return askHttpProcessor(http, sent, deps.httpProcessors, signal)
}

/** A text as it was written: tags of a page, separators of a table and all. */
function asItCame(bytes: Buffer): string {
  const text = decodeDocument(bytes)
  if (text === null) throw new ProcessorFailure('what is there is no text', false)
  return text
}

async function fetchText(
  { fetcher, documents }: RunProcessorDeps,
  value: unknown,
  extract: boolean,
  by: Asker,
): Promise<string> {
  if (!fetcher) throw new ProcessorFailure('fetching is not enabled here', false)
  if (typeof value !== 'string') throw new ProcessorFailure('its parameter holds no URL', false)
  const bytes = await fetcher.fetch(value.trim(), by)
  if (!extract) return asItCame(bytes)
  const kind = sniffDocument(bytes)
  if (!kind) throw new ProcessorFailure('what is there is no document that is read', false)
  return documents.extract(bytes, kind, by)
}
