import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Responses } from 'openai/resources'
import type { ChatCompletion } from 'openai/resources/chat/completions'
import type { z } from 'zod'
import type { openAiCompletion } from '../../../../src/http/openai-door/objects/completion-object.ts'
import { openAiResponse } from '../../../../src/http/openai-door/objects/response-object.ts'
import { holds } from '../../../support/same-type.ts'

/** The text is added by the SDK itself, and two members are null where they are absent, as OpenAI sends them. */
type Sent = Ours<Omit<Responses.Response, 'output_text' | 'user' | 'usage'>> & {
  user: string | null
  usage: Responses.ResponseUsage | null
}
/** Zod's optional members may be undefined, which JSON knows nothing of; efforts are those of the SDK's next version, too. */
type Ours<T> = Omit<T, 'metadata' | 'reasoning'>

test("what a response and a completion have is what OpenAI's SDK says of them: `tsc` checks it", () => {
  holds<Ours<z.output<typeof openAiResponse>> extends Sent ? true : false>()
  holds<Ours<z.output<typeof openAiCompletion>> extends Ours<ChatCompletion> ? true : false>()
  assert.ok(openAiResponse.shape.id)
})
