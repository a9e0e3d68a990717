/** What is tried, in this order. */
export const CHECKS = [
  'reachable',
  'key',
  'listed',
  'text',
  'schema',
  'vision',
  'pdf',
  'audio',
  'image_output',
  'audio_output',
  'streaming',
  'usage',
] as const

export interface ModelCheck {
  readonly check: (typeof CHECKS)[number]
  /** `skipped`: the configuration says that it cannot, or what was before has failed. */
  readonly result: 'ok' | 'failed' | 'skipped'
  /** What was seen, in some words of the server's. */
  readonly detail: string
  /** What to do; null where nothing is wrong. */
  readonly fix: string | null
}
