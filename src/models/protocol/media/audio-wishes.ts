import { textOf } from '../json-field.ts'

/** Kinds of recordings that a task may ask for: those that are known by their bytes. */
export const AUDIO_FORMATS = ['mp3', 'wav', 'flac', 'opus', 'aac'] as const

/** How a model is to speak: what `extra.audio` of a task says, or else what every server knows. */
export const audioOf = (audio: unknown): { voice: string; format: string } => ({
  voice: textOf(audio, 'voice') ?? 'alloy',
  format: textOf(audio, 'format') ?? 'mp3',
})
