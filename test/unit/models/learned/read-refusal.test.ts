import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRefusal } from '../../../../src/models/learned/read-refusal.ts'
import { type Model, ModelError, type ModelRequest } from '../../../../src/models/model.ts'

const server = { name: 's', baseUrl: 'http://127.0.0.1:1/v1', apiKey: '', timeoutMs: 1000 }
const request: ModelRequest = {
  model: { output: 'json_schema', server } as Model,
  messages: [],
  parameters: { temperature: 0.2, max_tokens: 9, seed: 1, stop: 'x', extra: { top_k: 4 } },
  schema: { type: 'object' },
}
const read = (message: string, status = 400) =>
  readRefusal(new ModelError('bad_request', message, { retryable: false, status }), request)

test('what a server does not know is read from its words', () => {
  const cases: [string, object | null][] = [
    [
      "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
      { output: true },
    ],
    ['This response_format type is unavailable now', { output: true }],
    ['`temperature` is deprecated for this model.', { parameter: 'temperature' }],
    ["This model's `seed` parameter has been deprecated.", { parameter: 'seed' }],
    ['Unrecognized request argument supplied: seed', { parameter: 'seed' }],
    ['Invalid JSON payload received. Unknown name "seed": Cannot find field.', { parameter: 'seed' }],
    ["property 'seed' is unsupported, did you mean 'stop'?", { parameter: 'seed' }],
    [
      "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
      { parameter: 'max_tokens' },
    ],
    ["Only user, assistant roles are supported; role 'system' is not allowed", { systemTurn: true }],
    ["'response_format.type' must be 'json_schema' or 'text'", { output: true }],
    ["Invalid value: 'json_schema'. Supported values are: 'json_object' and 'text'.", { output: true }],
    ["response_format: Input should be 'text'", { output: true }],
    ['Structured output is not available for this model', { output: true }],
    ['JSON mode is not enabled for this model', { output: true }],
    ['Developer instruction is not enabled for models/small', { systemTurn: true }],
    ['Only user and assistant roles are supported!', { systemTurn: true }],
    ['Conversation roles must alternate user/assistant/user/assistant/...', { systemTurn: true }],
    ['invalid temperature: only 1 is allowed for this model', { parameter: 'temperature' }],
    ['temperature must be 1 for this model', { parameter: 'temperature' }],
    // Each of them would be taken alone; a bound is no only value; content has types, too.
    ['`temperature` and `stop` cannot both be specified', null],
    ['temperature must be 1 or less', null],
    [
      "Unsupported value: 'stop' does not support 'y' with this model. Supported values are: 'a' and 'b'.",
      null,
    ],
    ['stop: only 4 sequences are allowed', null],
    ['max_tokens: only values up to 8 are allowed', null],
    ['temperature is not allowed to be between 1 and 2', null],
    ["Invalid value: 'text'. Supported values are: 'input_text'.", null],
    // Not what was sent, meant as it is, or at fault for another reason.
    ['Unknown parameter: top_k', null],
    ['Unknown parameter: frequency_penalty', null],
    ["Invalid schema for response_format 'response': 'anyOf' is not permitted", null],
    ['max_tokens is too large: 9. Values greater than 8 are not supported', null],
    ['The prompt is unexpected', null],
  ]
  for (const [message, expected] of cases) assert.deepEqual(read(message), expected, message)
  assert.equal(read('Unrecognized request argument supplied: seed', 500), null)
})
