import type { Message } from '../model.ts'

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

/** Estimates the tokens of a whole conversation, by the two rules above. */
export function estimateMessageTokens(messages: readonly Message[]): number {
  let characters = 0
  let imageTokens = 0
  for (const message of messages) {
    characters += message.text.length
    for (const image of message.images ?? []) imageTokens += estimateImageTokens(image.base64.length)
  }
  return estimateTokens(characters) + imageTokens
}
