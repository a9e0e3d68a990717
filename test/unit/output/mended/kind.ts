import type { OutputFormat } from '../../../../src/output/output-format.ts'

export const TEXTS: OutputFormat = { a: 'str', b: 'str' }
export const TEXT_AND_NUMBER: OutputFormat = { a: 'str', b: 'int' }
export const NUMBER: OutputFormat = { a: 'number' }
export const LIST: OutputFormat = { a: { type: 'list' } }
export const OPTIONAL: OutputFormat = { a: 'str', b: { type: 'str', required: false } }
export const AB = { a: 'x', b: 'y' }
export const X1 = { a: 'x', b: 1 }

/** What is mended, kind by kind, and beside it what looks alike and says too little: that is asked for again. */
export type Kind = {
  readonly kind: string
  readonly format: OutputFormat
  readonly read: readonly (readonly [text: string, value: unknown])[]
  readonly refused: readonly string[]
}
