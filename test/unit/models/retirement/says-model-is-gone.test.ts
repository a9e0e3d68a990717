import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saysModelIsGone } from '../../../../src/models/retirement/says-model-is-gone.ts'

test('a model that a server does not have is told from everything else that it refuses', () => {
  const gone: [number, string][] = [
    [404, 'The model `m-4.1` does not exist or you do not have access to it.'],
    [404, 'The model `m-003` has been deprecated, learn more here'],
    [400, 'The model `m-8b` has been decommissioned and is no longer supported.'],
    [404, 'models/m-1.5-pro is not found for API version v1main'],
    [404, 'The API deployment for this resource does not exist. DeploymentNotFound'],
    [404, "model 'm' not found, try pulling it first"],
    [404, 'model: m-3-opus'],
    [400, 'Model Not Exist'],
    [400, 'Invalid model: m-large'],
    [400, 'm/large is not a valid model ID'],
    [404, 'No endpoints found for m/large.'],
    [410, 'This model was shut down on 11 December'],
    [400, 'AiError: 5028: This model was deprecated on 2026-05-30. Please use an alternative model'],
    [404, "model 'm' was removed on September 15, 2025."],
    [404, 'The model m-beta was deprecated on 2025-09-15 and is no longer accessible via the API.'],
    [404, 'This model models/m-2.0 is no longer available to new users.'],
    [404, 'This model version has reached the end of its life. Please refer to the documentation.'],
    [410, "The model 'm' has reached its end of life on 2026-05-01 and is no longer available."],
    [
      404,
      'Publisher Model `projects/x/locations/y/models/tool-1` was not found or your project has no access to it.',
    ],
    [400, 'The model `function-tool-mode` has been deprecated.'],
    [400, "The model 'Format: OpenAI, Name: m, Version: 0301' has been deprecated since 10/01/2024."],
    [404, 'The model `m` on this endpoint is no longer available.'],
    [404, 'You do not have access to the model m or it does not exist.'],
    [400, 'Support for the model `m` has been discontinued.'],
    [404, 'Model not found, inaccessible, and/or not deployed'],
    [400, 'Model m is deprecated and no longer supported by provider p.'],
    [404, "The requested deployment 'm' does not exist."],
    [400, 'ServiceModelDeprecated'],
    [404, 'model_not_found'],
  ]
  const other: [number | null, string][] = [
    [404, '404 page not found'],
    [404, 'Not Found'],
    [404, 'Resource not found'],
    [400, "File 'f-1' not found."],
    [400, 'model: Field required'],
    [400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'x' instead."],
    [400, '`temperature` is deprecated for this model.'],
    [400, "This model's `seed` parameter has been deprecated."],
    [400, 'This model’s seed has been deprecated.'],
    [400, 'parameter temperature has been deprecated for this model'],
    [400, 'parameter `logprobs` is no longer supported for this model and is ignored'],
    [400, 'For this model, `seed` is no longer supported.'],
    [400, 'For this model, the parameter top_k is no longer supported.'],
    [400, 'With the selected model, `functions` has been deprecated: use `tools`.'],
    [400, 'The model m no longer supports `seed`: it has been deprecated.'],
    [400, 'This model does not support `temperature`, which is deprecated.'],
    [400, 'Streaming with these models is no longer available.'],
    [400, 'Support for `functions` with this model has been discontinued.'],
    [400, 'The `model` parameter is deprecated, use `deployment`.'],
    [400, 'The following model features are no longer supported: prefill'],
    [400, 'Model m: the v1/completions endpoint has been deprecated.'],
    [404, 'The requested API version of this model is no longer supported.'],
    [404, 'Model m: API version 2023-03-15 is no longer supported.'],
    [400, 'cache_control: this field is no longer supported for this model'],
    [400, 'This version of the client is no longer supported for this model. Please update.'],
    [400, 'Chunk token batches are no longer supported for this model context'],
    [400, 'The tool `search` that the model called was not found.'],
    [400, 'Model m requires `messages`; `prompt` is no longer supported.'],
    [400, 'The model is m. The field `functions` has been deprecated.'],
    [404, 'No endpoints found that can handle the requested parameters.'],
    [400, "This model's maximum context length is 8192 tokens."],
    [400, 'This model does not support response format `json_schema`'],
    [429, 'The model `m` does not exist'],
    [503, 'The model is loading'],
    [null, 'The model `m` does not exist'],
  ]
  const read = (all: readonly (readonly [number | null, string])[]) =>
    all.map(([status, words]) => [saysModelIsGone(status, words), words])
  assert.deepEqual(
    read(gone),
    gone.map(([, words]) => [true, words]),
  )
  assert.deepEqual(
    read(other),
    other.map(([, words]) => [false, words]),
  )
})
