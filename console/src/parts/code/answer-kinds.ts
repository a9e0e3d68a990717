import type { OutputFormat, OutputModality, Revision, TaskRecord } from '@splitrun/client'

/** What tasks answer with, in words. */
export const ANSWER_KINDS: Readonly<Record<OutputModality, string>> = {
  json: 'JSON of a format',
  text: 'text',
  csv: 'a table, CSV',
  pdf: 'a PDF document',
  image: 'an image',
  audio: 'a recording',
}

/** Whether revisions of such a task may have an `output_format`: that of the answer, or of a table's rows. */
export const takesFormat = (modality: OutputModality): boolean => modality === 'json' || modality === 'csv'

/** What the client is told of a task's answers. */
export function formatForClient(
  { output_modality: modality }: Pick<TaskRecord, 'output_modality'>,
  revision: Pick<Revision, 'output_format'> | undefined,
): OutputFormat | 'text' | 'file' {
  if (modality === 'json') return revision?.output_format ?? 'text'
  return modality === 'text' ? 'text' : 'file'
}
