import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { reuseKeys } from '../../../src/runs/reuse/reuse-layout.ts'
import { allKeys } from '../../support/all-keys.ts'
import { archivedTask, archiveOf } from '../../support/archives.ts'
import { red } from '../../support/pictures.ts'
import { resultKeys } from '../../support/reused-results.ts'
import { type Answer, type System, until, useSystem } from '../../support/system.ts'

describe('results are never reused', () => {
  const running = useSystem({ workers: 2, env: { SPLITRUN_SHARDS: '3' } })
  const run = async (
    system: System,
    task: string,
    query = '',
    body: object = { task_input: { text: 'tea' } },
  ) => {
    const { status, body: answered } = await system.call('POST', `/task/${task}/run${query}`, body)
    assert.equal(status, 200, JSON.stringify(answered))
    return answered
  }

  test('by another project, though tasks, revisions and inputs are the same, id by id', async () => {
    const [task, revision] = [newId(), newId()]
    const tenants = await Promise.all([running().inNewProject(), running().inNewProject()])
    for (const tenant of tenants) {
      const archived = { ...archivedTask({ id: task, revision }), cache: 600 }
      assert.equal(
        (await tenant.call('POST', `${tenant.project}/import`, archiveOf({}, [archived]))).status,
        200,
      )
    }
    const firsts = []
    for (const tenant of tenants) firsts.push(await run(tenant, task))
    for (const [at, tenant] of tenants.entries()) {
      assert.equal(firsts[at].cached_from, null)
      assert.equal((await run(tenant, task)).cached_from, firsts[at].id)
    }
    const both = tenants.flatMap((tenant) =>
      Array.from({ length: 20 }, () => run(tenant, task, '', { task_input: { text: 'both' } })),
    )
    for (const { project_id, cached_from } of await Promise.all(both)) {
      if (cached_from === null) continue
      const tenant = tenants.find(({ project }) => project.endsWith(project_id))
      assert.equal((await tenant?.call('GET', `/task/${task}/run/${cached_from}`))?.status, 200)
    }
  })

  describe('where anything differs', () => {
    let task: string
    let revisions: string[]
    let first: { id: string }
    before(async () => {
      task = await running().createTask({ cache: 600, fallback_llm_model_id: 'simulated-basic' })
      await running().call('POST', `/task/${task}`, { annotation: 'the same prompts' })
      const { body } = await running().call('POST', `/task/${task}`, { system_prompt: 'You answer well.' })
      revisions = body.revisions.map(({ id }: { id: string }) => id)
      first = await run(running(), task, `?revision_id=${revisions.at(-1)}`)
      assert.equal((await run(running(), task)).cached_from, first.id)
    })
    const others: [what: string, query: (revisions: string[]) => string, body: object][] = [
      ['another prompt', ([a]) => `?revision_id=${a}`, {}],
      ['another revision with the same prompts', ([, b]) => `?revision_id=${b}`, {}],
      ['another input', () => '', { task_input: { text: 'Tea' } }],
      ['an input of another type', () => '', { task_input: { text: ['tea'] } }],
      ['another temperature', () => '', { llm_config: { temperature: 0.5 } }],
      ['another seed', () => '', { llm_config: { seed: 7 } }],
      ['another max_tokens', () => '', { llm_config: { max_tokens: 777 } }],
      ['a member of extra', () => '', { llm_config: { extra: { top_k: 3 } } }],
      ['the fallback model', () => '?use_fallback_model=true', {}],
    ]
    for (const [what, query, body] of others) {
      test(what, async () => {
        const asked = { task_input: { text: 'tea' }, ...body }
        assert.equal((await run(running(), task, query(revisions), asked)).cached_from, null)
        assert.notEqual((await run(running(), task, query(revisions), asked)).cached_from, null)
      })
    }
    test('but inputs that stand in no prompt, their order, references and groups are no difference', async () => {
      const body = { task_input: { more: 1, text: 'tea' }, reference: 'mine', llm_config: {} }
      assert.equal((await run(running(), task, '?reporting_group=eu&timeout=50', body)).cached_from, first.id)
    })
  })

  test('of images that differ in one byte, and by other numbers or orders of them', async () => {
    const task = await running().createTask({ cache: 600, image_required: true })
    const image = await red(8, 8).png().toBuffer()
    // Behind the end of the picture: nothing that is seen changes.
    const other = Buffer.concat([image, Buffer.from([0])])
    const send = (...images: Buffer[]) =>
      run(running(), task, '', {
        ...{ task_input: { text: 'tea' } },
        task_files: images.map((data) => ({ data: data.toString('base64') })),
      })
    const sets = [[image], [other], [image, other], [other, image], [image, image]]
    const ids = []
    for (const set of sets) {
      const { id, cached_from } = await send(...set)
      assert.equal(cached_from, null)
      ids.push(id)
    }
    for (const [at, set] of sets.entries()) assert.equal((await send(...set)).cached_from, ids[at])
  })

  test('by another task with the same prompts', async () => {
    const [a, b] = [await running().createTask({ cache: 60 }), await running().createTask({ cache: 60 })]
    await run(running(), a)
    assert.equal((await run(running(), b)).cached_from, null)
  })

  test('after their task is deleted, also not by one that comes back with the same ids, nor kept', async () => {
    const home = await running().inNewProject()
    const task = await home.createTask({ cache: 600 })
    for (const text of ['tea', 'coffee', 'milk']) await run(home, task, '', { task_input: { text } })
    const { body: archive } = await home.call('GET', '/export')
    assert.equal((await home.call('DELETE', `/task/${task}`)).status, 200)
    const id = home.project.slice(-36)
    const keysOf = async () =>
      (await allKeys(home.core.redis)).filter(
        (key) => key.startsWith(reuseKeys(id).prefix) && key.includes(`reuse:result:${task}`),
      )
    assert.deepEqual(await keysOf(), [])
    assert.equal(await home.core.redis.zcard(reuseKeys(id).kept), 0)
    assert.equal((await home.call('POST', `${home.project}/import`, archive)).status, 200)
    assert.equal((await run(home, task)).cached_from, null)
  })

  test('with a file that is gone: it is made anew, and else each run has a file of its own', async () => {
    const home = running()
    const task = await home.createTask({
      ...{ cache: 600, output_modality: 'image', output_format: null, llm_model_id: 'simulated-image' },
      user_prompt: 'Paint {text}.',
    })
    const fileOf = async ({ id, response }: Answer['body']) =>
      fetch(`${home.url}${home.project}/task/${task}/run/${id}/file/${response.file}`, {
        headers: { authorization: `Bearer ${home.token}` },
      })
    const first = await run(home, task)
    const hit = await run(home, task)
    assert.equal(hit.cached_from, first.id)
    assert.notEqual(hit.response.file, first.response.file)
    assert.deepEqual({ ...hit.response, file: '' }, { ...first.response, file: '' })
    assert.deepEqual(hit.files, [hit.response.file])
    await home.core.files.removeRun(first.id)
    const kept = await fileOf(hit)
    assert.equal(kept.status, 200)
    assert.equal((await kept.arrayBuffer()).byteLength, hit.response.bytes)
    const anew = await run(home, task)
    assert.equal(anew.cached_from, null)
    assert.equal((await fileOf(anew)).status, 200)
    assert.equal((await run(home, task)).cached_from, anew.id)
  })

  test('longer than their run is kept: then it is a run that is not there, and its result neither', async () => {
    const home = running()
    const task = await home.createTask({ cache: 2_592_000 })
    const first = await run(home, task)
    const [key = ''] = await resultKeys(home.core.redis, home.project.slice(-36), task)
    const record = (await allKeys(home.core.redis)).find((each) => each.endsWith(`run:${first.id}`)) ?? ''
    await until(async () => (await home.core.redis.pttl(record)) > 0)
    const [ofResult, ofRun] = await Promise.all([home.core.redis.pttl(key), home.core.redis.pttl(record)])
    assert.ok(ofResult > 0 && ofResult <= ofRun + 1000, `${ofResult} ${ofRun}`)
  })
})
