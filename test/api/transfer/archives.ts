import assert from 'node:assert/strict'
import { newId } from '../../../src/platform/ids.ts'
import type { Archive } from '../../../src/transfer/archive.ts'
import { ADMIN_TOKEN, type System } from '../../support/system.ts'

/** One that a test may change. */
export const copy = (archive: Archive): Archive => structuredClone(archive)
/** The first project of a file, and its first task; a test may change them. */
export function partsOf(archive: Archive) {
  const [project] = archive.projects
  const [task] = project?.tasks ?? []
  assert.ok(project && task)
  return { project, task }
}

/** A file of the same tasks for an organisation and a project that are not there. */
export function elsewhere(archive: Archive): Archive {
  const moved = copy(archive)
  const { project } = partsOf(moved)
  project.org = { id: newId(), name: 'Other org' }
  project.project = { id: newId(), name: 'Other project' }
  return moved
}
export const pathOf = (archive: Archive) => {
  const { project } = partsOf(archive)
  return `/org/${project.org.id}/project/${project.project.id}`
}

/** What the tests of a suite work with: the calls of the administrator, and projects of their own. */
export function transfersOf(running: () => System) {
  const admin = (method: string, path: string, body?: unknown) =>
    running().call(method, path, body, { token: ADMIN_TOKEN })

  /** A project of its own with a task of three revisions, one of them a test; weights, tags and an annotation. */
  async function aProject() {
    const { project, token } = await running().createProject()
    const call = (method: string, path: string, body?: unknown) =>
      running().call(method, project + path, body, { token })
    const fields = { name: 'moved', enabled: true, system_prompt: 's', user_prompt: 'About {text}.' }
    const more = { llm_model_id: 'simulated-large', output_format: { b: 'string', a: 'number' }, timeout: 9 }
    const { id } = (await call('POST', '/task', { ...fields, ...more })).body
    await call('POST', `/task/${id}`, { system_prompt: 't', annotation: 'second', weight: 2.5 })
    const { revisions } = (await call('POST', `/task/${id}`, { system_prompt: 'u', test: true })).body
    const onTask = (await call('POST', '/task/tag', { name: 'mine' })).body.id
    const onRevision = (await call('POST', '/task_revision/tag', { name: 'live' })).body.id
    await call('POST', `/task/tag/${onTask}/add`, { entities: [id] })
    await call('POST', `/task_revision/tag/${onRevision}/add`, {
      entities: [revisions[0].id, revisions[2].id],
    })
    const exported = async (query = ''): Promise<Archive> => (await call('GET', `/export${query}`)).body
    const whole = async () => (await call('GET', `/task/${id}?include_tests=true`)).body
    return {
      project,
      call,
      id,
      exported,
      whole,
      ids: project.split('/').filter((part) => part.length === 36),
    }
  }
  return { admin, aProject }
}
