import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { declareEndpoints } from '../../../../src/compose/compose-api.ts'
import { readConfig } from '../../../../src/config.ts'
import { statusAtDoor } from '../../../../src/http/openai-door/openai-error.ts'
import { describeApi } from '../../../../src/http/openapi/openapi.ts'
import { MEANINGS } from '../../../../src/http/openapi/reasons.ts'
import { REASONS, type Reason } from '../../../../src/platform/errors.ts'
import { arbitraryOutputFormat } from '../../../support/arbitrary-output-format.ts'
import { QUICKLY_COMPILED } from '../../../support/contract.ts'
import fc from '../../../support/fast-check.ts'

const endpoints = declareEndpoints(readConfig({}))
// As readers get it: parsed from its text.
const document = JSON.parse(JSON.stringify(describeApi(endpoints)))
const ajv = addFormats.default(new Ajv2020(QUICKLY_COMPILED))
ajv.addSchema({ $id: 'api', ...document })

/** Every object of the document, with the JSON pointer that leads to it. */
function* objectsIn(value: unknown, pointer = ''): Generator<[Record<string, unknown>, string]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [value as Record<string, unknown>, pointer]
  for (const [name, inner] of Object.entries(value)) {
    yield* objectsIn(
      inner,
      `${pointer}/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`,
    )
  }
}
function assertFits(value: unknown, pointer: string): void {
  const validate = ajv.getSchema(`api#${pointer}`)
  assert.ok(validate, pointer)
  assert.ok(validate(value), `${pointer}: ${ajv.errorsText(validate.errors)}`)
}

/** What the contract promises, sections 3 to 8; `P` is a project. Parts that come later add theirs. */
const PROMISED = `
  POST /oauth2/token
  GET /whoami
  GET P/api_key
  POST P/api_key
  POST P/api_key/{}/revoke
  GET P/oauth_client
  POST P/oauth_client
  GET P/model
  GET P/input_processor
  GET P/task_forwarder_type
  GET P/task/{}/share
  GET P/task/tag
  POST P/task/tag
  GET P/task/tag/{}
  POST P/task/tag/{}
  DELETE P/task/tag/{}
  POST P/task/tag/{}/add
  POST P/task/tag/{}/remove
  GET P/task_revision/tag
  POST P/task_revision/tag
  GET P/task_revision/tag/{}
  POST P/task_revision/tag/{}
  DELETE P/task_revision/tag/{}
  POST P/task_revision/tag/{}/add
  POST P/task_revision/tag/{}/remove
  GET P/task
  POST P/task
  GET P/task/{}
  POST P/task/{}
  DELETE P/task/{}
  POST P/task/{}/run
  GET P/task/{}/run
  GET P/task/{}/run/{}
  POST P/task/{}/run/{}/cancel
  GET P/task/{}/run/{}/file/{}
  GET P/task_run
  GET P/task/{}/token_report
  GET P/task/{}/usage_report
  GET P/task/{}/timing_report
  GET P/task/{}/credit_report
  GET /org
  GET /org/{}
  GET /org/{}/project
  GET P
  GET P/oauth_client/{}
  GET /healthz
  GET /readyz
  GET /metrics
  GET /openapi.json`

describe('the OpenAPI document', () => {
  test('has an operation for every endpoint, each with a name of its own', () => {
    const operations = endpoints.map(({ method, path, operation }) => {
      const described = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method]
      assert.equal(described?.operationId, operation, path)
      assert.ok(described.summary && described.tags.length === 1)
      return operation
    })
    assert.equal(new Set(operations).size, operations.length)
  })

  test('has every path that the contract promises', () => {
    const described = new Set(
      endpoints.map(({ method, path }) => {
        const plain = path.replace('/org/:org_id/project/:project_id', 'P').replaceAll(/:\w+/g, '{}')
        return `${method.toUpperCase()} ${plain}`
      }),
    )
    for (const promised of PROMISED.trim().split(/\n\s+/)) assert.ok(described.has(promised), promised)
  })

  test('asks for a token, with its scope, wherever the server does', () => {
    for (const { method, path, scope } of endpoints) {
      const { security, responses } = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')][method]
      const asked = security.flatMap((each: object) => Object.entries(each))
      assert.equal(
        asked.map(([scheme, wanted]: [string, string[]]) => `${scheme}:${wanted}`).join(' '),
        { open: '', any: 'bearer: oauth2:', project: 'bearer: oauth2:', admin: 'bearer:' }[scope as string] ??
          `bearer: oauth2:${scope}`,
      )
      assert.ok(scope === 'open' || '401' in responses, path)
      assert.equal('403' in responses, scope !== 'open' && scope !== 'any', path)
    }
  })

  test('has the condition of every answer that has an ETag, and a 304 for it alone', () => {
    const conditional = endpoints.filter(
      ({ method, responseHeaders }) => method === 'get' && 'ETag' in (responseHeaders?.shape ?? {}),
    )
    assert.ok(conditional.length >= 6)
    for (const declared of endpoints) {
      const { method, path } = declared
      const { parameters = [], responses } = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')][method]
      const named = parameters.some(({ name }: { name: string }) => name === 'if-none-match')
      const expected = conditional.includes(declared)
      assert.deepEqual([named, '304' in responses], [expected, expected], path)
    }
  })

  test('names the reasons of every error, all of them from the closed list, each under its status', () => {
    let named = 0
    for (const [response, pointer] of objectsIn(document)) {
      const status = /responses\/(\d+)$/.exec(pointer)?.[1]
      const { value } = (response['examples'] ?? {}) as { value?: unknown }
      assert.equal(value, undefined)
      const { reason } = (response['properties'] ?? {}) as { reason?: { enum?: string[] } }
      // Words of OpenAI's, not reasons of ours.
      if (pointer.includes('incomplete_details')) continue
      // Why weights were changed, which is no error.
      if (pointer.includes('/TrafficChange')) continue
      for (const each of reason?.enum ?? []) {
        named += 1
        assert.ok(each in REASONS, each)
        const under = /responses\/(\d+)\//.exec(pointer)?.[1]
        const status = pointer.startsWith('/paths/~1v1~1') ? statusAtDoor : (own: Reason) => REASONS[own]
        if (under) assert.equal(String(status(each as Reason)), under, pointer)
      }
      if (status) assert.ok(response['$ref'] || response['description'], pointer)
    }
    assert.ok(named > 50)
    assert.deepEqual(Object.keys(MEANINGS).sort(), Object.keys(REASONS).sort())
  })

  test('has only examples that fit their schemas', () => {
    let examples = 0
    for (const [inner, pointer] of objectsIn(document)) {
      const given = inner['examples']
      const isSchema = Array.isArray(given)
      const values = isSchema
        ? given
        : Object.values((given ?? {}) as Record<string, { value: unknown }>).map(({ value }) => value)
      for (const value of values) assertFits(value, isSchema ? pointer : `${pointer}/schema`)
      examples += values.length
    }
    assert.ok(examples > 50)
  })

  test('has an example for every body', () => {
    for (const { operation, body, files, path, method } of endpoints) {
      if (!body) continue
      const { content } = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')][method].requestBody
      assert.deepEqual(Object.keys(content).sort(), [
        'application/json',
        'application/x-www-form-urlencoded',
        ...(files ? ['image/*'] : []),
        'multipart/form-data',
      ])
      const { $ref = '' } = content['application/json'].schema
      assert.ok(document.components.schemas[$ref.split('/').at(-1)]?.examples, operation)
    }
  })

  test('lets bodies and answers gain members, and says which of an answer are always there', () => {
    const { Run, RunInput, LlmConfig } = document.components.schemas
    assert.equal(Run.additionalProperties, undefined)
    assert.deepEqual(Run.required, Object.keys(Run.properties))
    assert.equal(RunInput.additionalProperties, undefined)
    assert.equal(LlmConfig.additionalProperties, false)
  })

  test('describes every output_format that is accepted', () => {
    fc.assert(
      fc.property(arbitraryOutputFormat, (format) => assertFits(format, '/components/schemas/OutputFormat')),
    )
  })

  test('is the same however often it is made', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(describeApi(declareEndpoints(readConfig({}))))), document)
  })
})
