import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseExact } from '../../../../src/platform/json/exact-json.ts'
import type { RunRequest, RunResult } from '../../../../src/runs/run.ts'
import { requestToText, textToRequest } from '../../../../src/runs/store/request-text.ts'
import { resultToText, textToResult } from '../../../../src/runs/store/result-text.ts'
import { aRequest, aResult } from '../../../support/runs.ts'

/** For each member that may be left out, a value that must not be. */
const UNUSUAL_REQUEST = {
  files: ['a.png'],
  fileNames: ['cat.png', null],
  revision: 'r',
  slot: 0,
  bucket: 0,
  llmConfig: { temperature: 0 },
  useFallback: true,
  reference: '',
  reportingGroup: '',
  startBy: 1,
  trace: {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'vendor=1',
  },
  onLostAttempt: 'fail',
  onTruncated: 'accept',
  outputRetries: 0,
  policies: ['fair-use'],
  budget: 'soft',
  payer: 'a-key',
  onLimit: 'fail',
  live: true,
  shadowOf: 's',
} as const satisfies Partial<RunRequest>

const UNUSUAL_RESULT = {
  outputFile: 'a.png',
  processed: { text: 'coffee' },
  error: { reason: 'MODEL_ERROR', message: 'It failed.', retryable: true },
  partial: '',
  finishReason: '',
  parameters: { top_p: 1 },
  cachedTokens: 1,
  reasoningTokens: 1,
  estimated: true,
  costExact: false,
  credits: 1,
  possibleCredits: 1,
  inputSeconds: 1,
  retries: 1,
  usedFallback: true,
  primaryFailure: '',
} as const satisfies Partial<RunResult>

const usualRequest = () => aRequest()
const usualResult = () => aResult({ finishReason: null })

const TEXTS = [
  {
    name: 'request',
    usual: usualRequest,
    unusual: UNUSUAL_REQUEST,
    write: (value: object) => requestToText(value as RunRequest),
    read: textToRequest,
  },
  {
    name: 'result',
    usual: usualResult,
    unusual: UNUSUAL_RESULT,
    write: (value: object) => resultToText(value as RunResult),
    read: textToResult,
  },
]

for (const { name, usual, unusual, write, read } of TEXTS) {
  describe(`the stored text of a ${name}`, () => {
    test('says each member that is not as usual, alone and with all others', () => {
      const members = Object.entries(unusual)
      for (const some of [...members.map((each) => [each]), members]) {
        const whole = { ...usual(), ...Object.fromEntries(some) }
        const stored = 'partial' in Object.fromEntries(some) ? { ...whole, response: null } : whole
        assert.deepEqual(read(write(stored)), stored, String(some.map(([key]) => key)))
      }
    })

    test('has no member that is as usual, and is read with all of them', () => {
      const whole = { ...usual() }
      if (name === 'request') Object.assign(whole, { startBy: (whole as RunRequest).deadline })
      const text = write(whole)
      assert.deepEqual(read(text), whole)
      const left = Object.keys(JSON.parse(text))
      assert.deepEqual(
        Object.keys(unusual).filter((each) => left.includes(each)),
        [],
      )
      const rest = Object.keys(whole).filter((each) => !(each in unusual))
      assert.deepEqual(left.sort(), rest.sort(), 'every member is of either kind')
    })
  })
}

test('what may be large is the only thing behind the line break of a stored text', () => {
  const request = aRequest({ inputs: { text: 'two\nlines' } })
  const [head = '', inputs] = requestToText(request).split('\n')
  assert.match(
    head,
    new RegExp(`^{"id":"${request.id}","org":"${request.org}","project":"${request.project}"`),
  )
  assert.equal(inputs, ',"inputs":{"text":"two\\nlines"}}')
  assert.deepEqual(textToRequest(`${head}}`), { ...request, inputs: undefined })
  assert.equal(resultToText(aResult()).split('\n')[1], ',"response":{"answer":"tea"}}')
  const failed = aResult({ response: null, partial: 'half', processed: { text: 'tea' } })
  assert.equal(resultToText(failed).split('\n')[1], ',"processed":{"text":"tea"},"partial":"half"}')
})

test('numbers in inputs that no double can hold stay as they are written', () => {
  const inputs = parseExact('{"id":12345678901234567890,"deep":[1e400]}') as RunRequest['inputs']
  const text = requestToText(aRequest({ inputs }))
  assert.match(text, /"id":12345678901234567890,"deep":\[1e400\]/)
  assert.equal(requestToText(textToRequest(text)), text)
  assert.ok(!('exact' in textToRequest(text)))
})
