import { type CompiledOutput, compileOutput } from '../output/compile-output.ts'
import type { OutputFormat } from '../output/output-format.ts'
import { formatOfRows } from '../output/table/table-format.ts'

/** What tasks answer with. All but the first two are files of their runs. */
export const OUTPUT_MODALITIES = ['json', 'text', 'csv', 'pdf', 'image', 'audio'] as const
export type OutputModality = (typeof OUTPUT_MODALITIES)[number]
export type FileModality = Exclude<OutputModality, 'json' | 'text'>

export const isFileModality = (modality: OutputModality): modality is FileModality =>
  modality !== 'json' && modality !== 'text'

/** What its model is asked for beside a text; undefined for nothing. */
export const mediaOf = (modality: OutputModality): 'image' | 'audio' | undefined =>
  modality === 'image' || modality === 'audio' ? modality : undefined

/** The object that a model is to answer with; null where it is a text. An `output_format` of a table is that of its rows. */
export function compileResponse(
  modality: OutputModality,
  format: OutputFormat | null,
): CompiledOutput | null {
  if (!format) return null
  return compileOutput(modality === 'csv' ? formatOfRows(format) : format)
}
