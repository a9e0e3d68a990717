import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import { ADMIN_TOKEN, type Answer, useSystem } from '../support/system.ts'

const ABSENT = '00000000-0000-7000-8000-000000000000'
/** They are files and grammars of ours, where to lose a member would be to lose what it says. */
const STRICT = ['importProjects', 'importIntoProject']
/** By a standard, everything unknown is passed over. */
const LOOSE = ['createToken']

/** Members of an answer, and of the objects in its lists. */
const namesIn = (schema: unknown): string[] =>
  schema instanceof z.ZodObject
    ? Object.entries(schema.shape).flatMap(([name, member]) => [
        name,
        ...(member instanceof z.ZodArray ? namesIn(member.element) : []),
      ])
    : []

describe('members of a body that are not known', () => {
  const running = useSystem()
  const ignoredBy = ({ headers }: Answer) => headers.get('x-ignored-fields')
  /** Where the members are that were probably meant to be others; `/v1` names one at a time. */
  const slipsOf = ({ body }: Answer): unknown[] => {
    const { error, detail } = body
    if (error?.code === 'unknown_parameter' && error.message.includes('did you mean')) return [error.param]
    const slips = detail?.filter?.(({ msg }: { msg: string }) => msg.includes('did you mean')) ?? []
    return slips.map(({ loc }: { loc: string[] }) => loc.slice(1).join('.'))
  }

  test('are ignored and named by every endpoint; one that looks like a known one is refused', async () => {
    const { core, project, call } = running()
    const [, , org = '', , id = ''] = project.split('/')
    for (const declared of declareEndpoints(core.config)) {
      if (!declared.body || [...STRICT, ...LOOSE].includes(declared.operation)) continue
      const path = declared.path
        .replace(':org_id', org)
        .replace(':project_id', id)
        .replaceAll(/:\w+_id/g, ABSENT)
        .replace(/^\/feedback$/, '/feedback?token=none')
      const options = ['admin', 'key:write'].includes(declared.scope) ? { token: ADMIN_TOKEN } : {}
      const send = (body: object) => call('POST', path, body, options)
      assert.equal(ignoredBy(await send({ $schema: 'x', setting_key: 1 })), '$schema, setting_key', path)
      for (const name of Object.keys((declared.body as z.ZodObject).shape)) {
        if (name.length < 4) continue
        const wrong = [name.toUpperCase(), `${name}s_`, name.slice(0, -1), `x${name.slice(1)}`]
        // What the endpoint answers may be sent back.
        const shown = namesIn(declared.response)
        const slips = wrong.filter((each) => !shown.includes(each))
        for (const sent of declared.door ? slips.map((slip) => [slip]) : [slips]) {
          const refused = await send(Object.fromEntries(sent.map((slip) => [slip, 1])))
          const status = declared.door ? 400 : 422
          assert.deepEqual([refused.status, slipsOf(refused)], [status, sent], `${path} ${sent}`)
        }
      }
    }
  })

  test('are ignored in what is inside, with the way to them', async () => {
    const task = await running().createTask()
    const { body } = await running().call('GET', `/task/${task}`)
    const [{ id }] = body.revisions
    const set = (share: object) => running().call('POST', `/task/${task}`, { active_revisions: [share] })
    const answer = await set({ task_revision_id: id, weight: 1, name: 'first' })
    assert.deepEqual([answer.status, ignoredBy(answer)], [200, 'active_revisions.0.name'])
    const slip = await set({ task_revision_id: id, wieght: 1 })
    assert.deepEqual([slip.status, slipsOf(slip)], [422, ['active_revisions.0.wieght']])
  })

  test('stay refused where ignoring them would change answers in silence', async () => {
    for (const fields of [
      { llm_config: { temperature: 1, top_k: 5 } },
      { fallback_llm_config: { n: 2 } },
      { output_format: { a: { type: 'string', format: 'date' } } },
    ]) {
      await assert.rejects(running().createTask(fields), /422|extra_forbidden|Not a member|unknown field/)
    }
    const archive = { splitrun_export: 1, projects: [], extra: 1 }
    const refused = await running().call('POST', '/import', archive, { token: ADMIN_TOKEN })
    assert.equal(refused.status, 422)
    const task = await running().createTask()
    const run = { task_input: { text: 'tea' }, llm_config: { top_k: 1 } }
    assert.equal((await running().call('POST', `/task/${task}/run`, run)).status, 422)
  })

  test('are no slip of the pen when a client sends back what it has read', async () => {
    const task = await running().createTask()
    const { body } = await running().call('GET', `/task/${task}`)
    const [revision] = body.revisions
    const sent = { ...body, ...revision, id: body.id, name: body.name, description: 'new' }
    const answer = await running().call('POST', `/task/${task}`, sent)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    assert.deepEqual([answer.body.description, answer.body.revisions.length], ['new', 1])
    assert.match(ignoredBy(answer) ?? '', /\btags\b/)
  })

  test('are refused where they are inputs that stand at the root of a run', async () => {
    const task = await running().createTask()
    const run = (body: object) => running().call('POST', `/task/${task}/run`, body)
    const misplaced = await run({ text: 'tea' })
    assert.equal(misplaced.status, 422)
    assert.ok(
      misplaced.body.detail.some(({ loc, msg }: { loc: string[]; msg: string }) => {
        return loc.join('.') === 'body.text' && msg.includes('task_input')
      }),
    )
    assert.equal((await run({ text: 'tea', task_input: { text: 'tea' } })).status, 422)
    const other = await run({ task_input: { text: 'tea' }, model: 'x', text2: 1 })
    assert.deepEqual([other.status, ignoredBy(other)], [200, 'model, text2'])
  })

  test('are named in what a header may hold, and no more of them than it can', async () => {
    const task = await running().createTask()
    const names = ['a,b', 'ü', '100%', 'x\r\ny', '\ud800', 'k'.repeat(9000)]
    const task_input = { text: 'tea' }
    const send = (strange: string[]) =>
      running().call('POST', `/task/${task}/run`, {
        task_input,
        ...Object.fromEntries(strange.map((each) => [each, 1])),
      })
    const answer = await send(names)
    assert.equal(answer.status, 200)
    assert.equal(ignoredBy(answer), `a%2Cb, %C3%BC, 100%25, x%0D%0Ay, %EF%BF%BD, ${'k'.repeat(80)}`)
    const many = await send(Array.from({ length: 1000 }, (_, at) => `number${at}`))
    assert.match(ignoredBy(many) ?? '', /^number0, .*, number19, and 980 more$/)
  })
})
