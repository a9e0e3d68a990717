import type { Message } from '../model.ts'

/** About four characters of text make a token. The rule is crude, and the same wherever tokens are guessed. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / 4)
}

/**
 * What an image may cost in tokens: 85 for a small one, growing with its size up to 765, the price of a
 * photo at full detail.
 */
export function estimateImageTokens(base64Length: number): number {
  return Math.min(765, 85 + 170 * Math.ceil(base64Length / 65_536))
}

/** The tokens of a whole conversation, by the two rules above. */
export function estimateMessageTokens(messages: readonly Message[]): number {
  let characters = 0
  let ofImages = 0
  for (const turn of messages) {
    characters += turn.text.length
    for (const image of turn.images ?? []) ofImages += estimateImageTokens(image.base64.length)
  }
  return estimateTokens(characters) + ofImages
}
