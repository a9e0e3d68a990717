import { completion, type Played } from '../../support/played-models.ts'

export const GOOD = '{"answer": "yes", "score": 1}'
export const VALUE = { answer: 'yes', score: 1 }
export const good = completion({ content: GOOD })
export const error = (status: number, body: unknown) => ({ status, body })

export const bounded = { llm_config: { max_tokens: 50 } }
export const more = { llm_config: { max_tokens: 200 } }

/** What a model answers, call by call, and what becomes of the run. */
export interface Case {
  readonly what: string
  readonly answers: Played
  /** Members of the task beside the usual ones. */
  readonly task?: object
  readonly text?: true
  readonly calls: number
  readonly reason?: string
  readonly response?: unknown
  readonly run?: Readonly<Record<string, unknown>>
  readonly error?: Readonly<Record<string, unknown>>
}
