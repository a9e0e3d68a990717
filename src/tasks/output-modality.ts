import type { Model, ModelParameters } from '../models/model.ts'
import { AUDIO_FORMATS } from '../models/protocol/media/audio-wishes.ts'
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

/** What keeps a model from answering so; null for nothing. */
export function modelProblem(modality: OutputModality, model: Model): string | null {
  const { name, api, supportsImageOutput, supportsAudioOutput } = model
  if (modality === 'image')
    return supportsImageOutput ? null : `${name} makes no images (supports_image_output)`
  if (modality === 'audio')
    return supportsAudioOutput ? null : `${name} does not speak (supports_audio_output)`
  if (api === 'images') return `${name} makes images, and answers with nothing else`
  return api === 'speech' ? `${name} makes recordings, and answers with nothing else` : null
}

/** What is wrong with how a model is to speak, by its place in the parameters; null for nothing. */
export function audioProblem(config: ModelParameters | null): string | null {
  const { audio } = config?.extra ?? {}
  if (audio === undefined) return null
  const format = typeof audio === 'object' && audio !== null ? (audio as { format?: unknown }).format : null
  const known: readonly unknown[] = AUDIO_FORMATS
  return format === undefined || known.includes(format)
    ? null
    : `expected an object with voice and format, which is one of ${AUDIO_FORMATS.join(', ')}`
}
