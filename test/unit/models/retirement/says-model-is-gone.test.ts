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
  ]
  const other: [number | null, string][] = [
    [404, '404 page not found'],
    [404, 'Not Found'],
    [404, 'Resource not found'],
    [400, "File 'f-1' not found."],
    [400, 'model: Field required'],
    [400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'x' instead."],
    [400, '`temperature` is deprecated for this model.'],
    [400, "This model's maximum context length is 8192 tokens."],
    [400, 'This model does not support response format `json_schema`'],
    [429, 'The model `m` does not exist'],
    [503, 'The model is loading'],
    [null, 'The model `m` does not exist'],
  ]
  for (const [status, words] of gone) assert.equal(saysModelIsGone(status, words), true, words)
  for (const [status, words] of other) assert.equal(saysModelIsGone(status, words), false, words)
})
