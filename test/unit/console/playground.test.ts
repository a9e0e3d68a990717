import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, test } from 'node:test'
import type { Run, RunEvent } from '../../../client/src/index.ts'
import { compareAnswers } from '../../../console/src/pages/playground/compare-answers.ts'
import { BEFORE, nextProgress } from '../../../console/src/pages/playground/progress.ts'
import { inputsOf, typedOf } from '../../../console/src/pages/playground/workbench.ts'
import { asClientCode, asCurl } from '../../../console/src/parts/code/calls-as-code.ts'

type Event = RunEvent<unknown, 'text' | 'fields'>
const placed = { eventId: null }
const after = (...events: Event[]) => events.reduce(nextProgress, BEFORE)
const set = (path: string, value: unknown): Event => ({ type: 'output.delta', path, set: value, ...placed })
const append = (path: string, text: string): Event => ({
  type: 'output.delta',
  path,
  append: text,
  ...placed,
})

describe('an answer of the playground while it comes', () => {
  test('is built up of its fields, at whatever depth and by whatever names', () => {
    const { answer } = after(
      append('/mood', 'go'),
      append('/mood', 'od'),
      set('/topics', []),
      append('/topics/0', 'tea'),
      append('/topics/1', 'mi'),
      append('/topics/1', 'lk'),
      set('/a~1b~0c', {}),
      set('/a~1b~0c/__proto__', 1),
    )
    const wanted = JSON.parse('{"mood":"good","topics":["tea","milk"],"a/b~c":{"__proto__":1}}')
    assert.equal(JSON.stringify(answer), JSON.stringify(wanted))
  })

  test('changes nothing of what was painted before', () => {
    const before = after(set('/topics', []), append('/topics/0', 'tea'), set('/mood', 'good'))
    const shown = structuredClone(before.answer)
    nextProgress(before, append('/topics/0', ' leaf'))
    assert.deepEqual(before.answer, shown)
  })

  test('is void when another attempt begins, which is said', () => {
    const again = after(append('/mood', 'ba'), {
      type: 'output.reset',
      attempt: 2,
      reason: 'repair',
      ...placed,
    })
    assert.equal(again.answer, undefined)
    assert.match(again.again ?? '', /asked for again/)
  })

  test('is a text where pieces of text come, and in the end what the run has', () => {
    const text = (offset: number, piece: string): Event => ({
      type: 'output.delta',
      attempt: 1,
      offset,
      text: piece,
      ...placed,
    })
    assert.equal(after(text(0, 'Hel'), text(3, 'lo')).answer, 'Hello')
    const run = { status: 'succeeded', model: 'm' } as Run
    const ended = after(text(0, 'Hel'), { type: 'run.succeeded', output: 'Hello!', run })
    assert.deepEqual([ended.answer, ended.ended], ['Hello!', run])
  })
})

test('answers are compared field by field, also where one has no such field or is not there', () => {
  const fields = compareAnswers([
    { mood: 'good', topics: ['tea'], none: null },
    undefined,
    { mood: 'bad', topics: ['tea', 'milk'], none: null },
  ])
  assert.deepEqual(
    fields.map(({ path, values, differs }) => [path, ...values, differs]),
    [
      ['mood', 'good', null, 'bad', true],
      ['topics.0', 'tea', null, 'tea', false],
      ['none', 'null', null, 'null', false],
      ['topics.1', null, null, 'milk', true],
    ],
  )
  assert.deepEqual(compareAnswers(['a', 'b']), [{ path: '', values: ['a', 'b'], differs: true }])
})

test('inputs go and come as they are: texts as texts, all else as JSON', () => {
  const submitted = { text: '{"no": "JSON"}', list: [1, 2], number: 3 }
  assert.deepEqual(inputsOf(typedOf(submitted), ['text', 'more']), { ...submitted, more: '' })
  assert.throws(() => inputsOf({ n: { text: '{', isJson: true } }, ['n']), /^SyntaxError: n: /)
})

describe('a call as code', () => {
  const call = {
    ...{ server: 'http://127.0.0.1:1', org: 'o', project: 'p', task: 't', revision: 'r' },
    inputs: { text: `it's "so" $HOME \`x\` \\ \n` },
    files: [],
    format: { mood: 'string' } as const,
  }
  /** What a shell makes of a command: curl is a function that prints its arguments. */
  const argumentsOf = (command: string): string[] =>
    execFileSync('sh', ['-c', `TOKEN=secret; curl() { printf '%s\\0' "$@"; }; ${command}`])
      .toString()
      .split('\0')

  test('is one for a shell, whatever stands in the inputs', () => {
    const given = argumentsOf(asCurl(call))
    assert.deepEqual(JSON.parse(given[given.indexOf('-d') + 1] ?? ''), { task_input: call.inputs })
    assert.ok(given.includes('http://127.0.0.1:1/api/v1/org/o/project/p/task/t/run?revision_id=r'))
    assert.ok(given.includes('Authorization: Bearer secret'))
    const form = argumentsOf(asCurl({ ...call, files: ['image-1.png', `it's; "a".pdf`] }))
    assert.equal(form[form.indexOf('--form-string') + 1], `task_input=${JSON.stringify(call.inputs)}`)
    assert.deepEqual(
      form.filter((each) => each.startsWith('task_file')),
      ['task_file=@image-1.png', `task_file=@"it's; \\"a\\".pdf"`],
    )
  })

  test('is one for the client, that can be read as a module', () => {
    const formats = [call.format, 'text', 'file'] as const
    for (const [files, format] of [[], [`it's "a".pdf`]].flatMap((each) =>
      formats.map((format) => [each, format] as const),
    )) {
      const code = asClientCode({ ...call, files, format }).replaceAll(/^import .*$/gm, '')
      assert.equal(code.includes('.file(output.file)'), format === 'file')
      const lines = `async () => {${code.replaceAll('process.env', '({})')}}`
      assert.ok(new Function('createClient', 'readFile', `return ${lines}`))
      assert.ok(code.includes(JSON.stringify(call.inputs.text)))
    }
  })
})
