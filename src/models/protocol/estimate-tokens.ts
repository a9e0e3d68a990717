import type { FilePart, Message } from '../model.ts'

/** Estimates the tokens of a text: four characters make a token. A rough rule, but used for all estimates. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / 4)
}

/** OpenAI charges so many for a photo at full detail. */
export const MOST_IMAGE_TOKENS = 765

/** Estimates the tokens of an image: from 85 for a small one up to the most. */
export function estimateImageTokens(base64Length: number): number {
  return Math.min(MOST_IMAGE_TOKENS, 85 + 170 * Math.ceil(base64Length / 65_536))
}

/** A page of a PDF document has about so many bytes, and costs about so many tokens; a second of a recording, too. */
const PDF = { bytes: 50_000, tokens: 1500 }
const AUDIO = { bytes: 16_000, tokens: 10 }

/** Estimates the tokens of a document or a recording by its size alone. */
export const estimateFileTokens = ({ kind, base64 }: FilePart): number =>
  estimateStoredTokens(kind, base64.length * 0.75)

/** The same for one that is not loaded. */
export function estimateStoredTokens(kind: FilePart['kind'], size: number): number {
  const { bytes, tokens } = kind === 'pdf' ? PDF : AUDIO
  return Math.ceil(size / bytes) * tokens
}

/** Estimates the tokens of a whole conversation, by the rules above. */
export function estimateMessageTokens(messages: readonly Message[]): number {
  let characters = 0
  let imageTokens = 0
  for (const message of messages) {
    characters += message.text.length
    for (const file of message.files ?? []) imageTokens += estimateFileTokens(file)
    for (const image of message.images ?? []) imageTokens += estimateImageTokens(image.base64.length)
  }
  return estimateTokens(characters) + imageTokens
}
