import OpenAI from 'openai'
import { ModelError } from '../../model.ts'
import { BrokenStream } from './read-event-stream.ts'

/**
 * What is wrong with what came, or that the connection failed.
 * @param known what failed, where that is not told by `cause`
 */
export function asFailure(cause: unknown, known?: Error): Error {
  if (cause instanceof BrokenStream) return new BrokenStream(asFailure(cause.failure, known), cause.body)
  if (known) return known
  if (cause instanceof SyntaxError || cause instanceof ModelError) return cause
  return cause instanceof OpenAI.APIError ? cause : new OpenAI.APIConnectionError({ cause: cause as Error })
}
