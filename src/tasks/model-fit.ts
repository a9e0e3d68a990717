import type { Model, ModelParameters } from '../models/model.ts'
import { AUDIO_FORMATS } from '../models/protocol/media/audio-wishes.ts'
import type { OutputModality } from './output-modality.ts'

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
