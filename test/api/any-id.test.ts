import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import { archivedTask, archiveOf } from '../support/archives.ts'
import { ADMIN_TOKEN, useSystem } from '../support/system.ts'

/** An id whose hexadecimal digits are all by chance: most have no version and no variant of RFC 9562. */
function anyId(fixed = ''): string {
  const hex = fixed + randomBytes(16).toString('hex').slice(fixed.length)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const MODEL = '01909843-3596-da54-4756-28af46917e74'

describe('ids are any 8-4-4-4-12 hexadecimal digits', () => {
  const running = useSystem(async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'splitrun-models-'))
    t.after(() => rm(dir, { recursive: true }))
    const file = join(dir, 'models.json')
    const model = { id: MODEL.toUpperCase(), name: 'of-the-public-service', server: 'none' }
    const servers = { none: { base_url: 'http://127.0.0.1:9/v1' } }
    await writeFile(file, JSON.stringify({ servers, models: [model] }))
    return { workers: 0, env: { SPLITRUN_MODELS_FILE: file } }
  })
  const admin = (method: string, path: string, body?: unknown) =>
    running().call(method, path, body, { token: ADMIN_TOKEN })

  test('in the path and the query of every route', async () => {
    const { project, checkedUrl, core } = running()
    const [, , org = '', , own = ''] = project.split('/')
    for (const declared of declareEndpoints(core.config).filter(({ scope }) => scope !== 'open')) {
      const names = Object.keys((declared.query as unknown as { shape?: object }).shape ?? {})
      const ids = names.filter((name) => /(_id|^cursor|^revision)$/.test(name))
      for (const id of [anyId(), anyId().toUpperCase(), '0'.repeat(8) + '-0000'.repeat(4) + '0'.repeat(8)]) {
        const path = declared.path
          .replace(':org_id', org)
          .replace(':project_id', own)
          .replace(':seq', '1')
          .replaceAll(/:\w+/g, id)
        const query = new URLSearchParams(Object.fromEntries(ids.map((name) => [name, id])))
        const method = declared.method.toUpperCase()
        const answer = await fetch(`${checkedUrl}${path}?${query}`, {
          method,
          headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        })
        // A stream has no end, and says nothing of ids.
        if (answer.headers.get('content-type') === 'text/event-stream') {
          await answer.body?.cancel()
          continue
        }
        const text = await answer.text()
        assert.doesNotMatch(text, /MALFORMED_ID|"(path|query)"/, `${method} ${path}?${query}: ${text}`)
      }
    }
  })

  test('in what is created, imported, run, tagged, listed and exported', async () => {
    const [org, project, id, revision, first, second] = Array.from({ length: 6 }, () => anyId())
    assert.ok(org && project && id && revision && first && second)
    const task = archivedTask({ id, revision }, { llm_model_id: MODEL, tags: [second] })
    task.tags = [first]
    const archive = archiveOf({ org, project }, [task], {
      task: [{ id: first, name: 'first' }],
      task_revision: [{ id: second, name: 'second' }],
    })
    const [archived] = archive.projects
    assert.ok(archived)
    archived.models = [{ id: MODEL, name: 'of-the-public-service' }]
    assert.equal((await admin('POST', '/import', archive)).status, 200)
    const path = `/org/${org}/project/${project}`
    assert.deepEqual((await admin('GET', `${path}/export?task_id=${id.toUpperCase()}`)).body, archive)
    const input = { task_input: { text: 'tea' } }
    const query = `?wait=0&revision_id=${revision}`
    const run = await admin('POST', `${path}/task/${id}/run${query}`, input)
    assert.deepEqual([run.status, run.body.task_revision_id], [202, revision])
    for (const list of [`/task/${id}/run`, `/task_run?task_id=${id}`]) {
      const listed = (await admin('GET', path + list)).body.results
      assert.deepEqual(
        listed.map((each: { id: string }) => each.id),
        [run.body.id],
      )
    }
    const weights = { active_revisions: [{ task_revision_id: revision.toUpperCase(), weight: 2 }] }
    assert.equal((await admin('POST', `${path}/task/${id}`, { id, ...weights })).status, 200)
    const tagged = await admin('POST', `${path}/task_revision/tag/${second}/add`, { entities: [revision] })
    assert.deepEqual([tagged.status, tagged.body.tagged_entities], [200, [revision]])
    assert.equal((await admin('GET', `${path}/task?tag_id=${first}`)).body.results.length, 1)
    const key = await admin('POST', `${path}/api_key`, { name: 'ci', id: anyId() })
    assert.equal(key.status, 200)
    assert.equal((await admin('POST', '/org', { name: 'Acme', id: anyId() })).status, 200)
  })

  test('in the models file, whatever their case', async () => {
    const listed = (await running().call('GET', '/model')).body
    assert.deepEqual(
      listed.map((model: { id: string }) => model.id),
      [MODEL],
    )
    const task = await running().createTask({ llm_model_id: MODEL.toUpperCase() })
    const { revisions } = (await running().call('GET', `/task/${task}`)).body
    assert.equal(revisions[0].llm_model_id, MODEL)
  })
})
