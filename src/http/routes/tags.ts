import { z } from 'zod'
import { ApiError, ValidationError } from '../../platform/errors.ts'
import { givenId } from '../../platform/id-schema.ts'
import {
  presentTag,
  TAG_KINDS,
  type Tag,
  type TagKind,
  tagName,
  tagResponse,
  wholeTagResponse,
} from '../../tasks/tags/tag.ts'
import type { Taggable, TagStore } from '../../tasks/tags/tag-store.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import {
  type Endpoint,
  endpoint,
  noQuery,
  PROJECT,
  page,
  pageOf,
  pageQuery,
  projectParams,
  tagParams,
} from '../route.ts'

const EXAMPLE = { name: 'stable' }
const named = z.object({ name: tagName }).meta({ id: 'TagName', examples: [EXAMPLE] })
export const newTag = named
  .extend({
    parent_id: givenId.nullish().meta({ description: 'The tag of the same kind that it is below.' }),
  })
  .meta({ id: 'NewTag', examples: [EXAMPLE] })
const entities = z
  .object({ entities: z.array(givenId).min(1).max(1000) })
  .meta({ id: 'Entities', examples: [{ entities: ['019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a'] }] })

export interface TagRouteDeps {
  readonly tasks: TaskStore
  readonly tags: TagStore
}

/** Tags on tasks and on revisions: the same calls for both. */
export function tagRoutes(deps: TagRouteDeps): Endpoint[] {
  return TAG_KINDS.flatMap((kind) => tagRoutesOf(kind, deps))
}

function tagRoutesOf(kind: TagKind, { tasks, tags }: TagRouteDeps): Endpoint[] {
  const path = `${PROJECT}/${kind}/tag`
  const things = kind === 'task' ? 'tasks' : 'revisions'
  const noun = kind === 'task' ? 'Task' : 'Revision'
  const read = { tag: 'Tags', scope: 'task:read', query: noQuery } as const
  const write = { tag: 'Tags', scope: 'task:write', query: noQuery } as const
  const absent = () => new ApiError('TAG_NOT_FOUND', 'There is no such tag.')
  const taken = (name: string) => new ApiError('DUPLICATE_TAG_NAME', `There is a tag "${name}" already.`)

  async function find(project: string, id: string): Promise<Tag> {
    const tag = await tags.read(project, kind, id)
    if (!tag) throw absent()
    return tag
  }

  async function show(project: string, tag: Tag) {
    const [all, tagged_entities] = await Promise.all([
      tags.list(project, kind),
      tags.taggedEntities(project, tag.id),
    ])
    return { ...presentTag(tag, kind, project, all), tagged_entities }
  }

  const unknown = (at: number) =>
    ValidationError.at(['body', 'entities', at], `no such ${kind === 'task' ? 'task' : 'revision'} here`)

  /** What is named, each with the task it belongs to. @throws {ValidationError} for a revision that is not there */
  function locate(project: string, ids: readonly string[]): Promise<Taggable[]> {
    return Promise.all(
      ids.map(async (entity, at) => {
        const task = kind === 'task' ? entity : (await tasks.revision(project, entity))?.task_id
        if (!task) throw unknown(at)
        return { task, entity }
      }),
    )
  }

  const change = (how: 'add' | 'untag', verb: string) =>
    endpoint({
      ...write,
      method: 'post',
      path: `${path}/:tag_id/${how === 'add' ? 'add' : 'remove'}`,
      operation: how === 'add' ? `add${noun}Tag` : `remove${noun}Tag`,
      summary: `${verb} ${things}: all that are named, or none`,
      params: tagParams,
      body: entities,
      response: wholeTagResponse,
      errorCodes: how === 'add' ? ['TASK_STORAGE_FULL', 'TOO_MANY_REQUESTS'] : [],
      async handle({ params: { project_id, tag_id }, body }) {
        const tag = await find(project_id, tag_id)
        const outcome = await tags[how](project_id, kind, tag_id, await locate(project_id, body.entities))
        if (outcome === 'absent') throw absent()
        if (outcome !== 'done') throw unknown(outcome.missing)
        return show(project_id, tag)
      },
    })

  return [
    endpoint({
      ...read,
      method: 'get',
      path,
      operation: `list${noun}Tags`,
      errorCodes: [],
      summary: `List the tags of ${things}, newest first`,
      params: projectParams,
      query: pageQuery,
      response: pageOf(tagResponse),
      async handle({ params: { project_id }, query: { cursor, page_limit } }) {
        const all = await tags.list(project_id, kind)
        const below = cursor ? all.filter((tag) => tag.id < cursor) : all
        const { results, pagination } = page(below, page_limit)
        return { results: results.map((tag) => presentTag(tag, kind, project_id, all)), pagination }
      },
    }),
    endpoint({
      ...write,
      method: 'post',
      path,
      operation: `create${noun}Tag`,
      summary: `Create a tag for ${things}`,
      params: projectParams,
      body: newTag,
      response: wholeTagResponse,
      errorCodes: ['DUPLICATE_TAG_NAME', 'TOO_MANY_TAGS'],
      async handle({ params: { project_id }, body: { name, parent_id = null } }) {
        const tag = await tags.create(project_id, kind, name, parent_id)
        if (tag === 'name') throw taken(name)
        if (tag === 'parent') throw ValidationError.at(['body', 'parent_id'], 'no such tag of this kind here')
        if (tag === 'many') throw new ApiError('TOO_MANY_TAGS', 'The project has as many tags as it may.')
        return show(project_id, tag)
      },
    }),
    endpoint({
      ...read,
      method: 'get',
      path: `${path}/:tag_id`,
      operation: `get${noun}Tag`,
      summary: `Read a tag of ${things}`,
      params: tagParams,
      response: wholeTagResponse,
      errorCodes: [],
      handle: async ({ params }) => show(params.project_id, await find(params.project_id, params.tag_id)),
    }),
    endpoint({
      ...write,
      method: 'post',
      path: `${path}/:tag_id`,
      operation: `rename${noun}Tag`,
      summary: `Rename a tag of ${things}; it stays where it is`,
      params: tagParams,
      body: named,
      response: wholeTagResponse,
      errorCodes: ['DUPLICATE_TAG_NAME'],
      async handle({ params: { project_id, tag_id }, body: { name } }) {
        const tag = await tags.rename(project_id, kind, await find(project_id, tag_id), name)
        if (tag === 'name') throw taken(name)
        if (tag === 'absent') throw absent()
        return show(project_id, tag)
      },
    }),
    endpoint({
      ...write,
      method: 'delete',
      path: `${path}/:tag_id`,
      operation: `delete${noun}Tag`,
      summary: `Delete a tag, and take it off all ${things}`,
      params: tagParams,
      response: wholeTagResponse,
      errorCodes: [],
      async handle({ params: { project_id, tag_id } }) {
        const shown = await show(project_id, await find(project_id, tag_id))
        if (!(await tags.remove(project_id, kind, tag_id))) throw absent()
        return shown
      },
    }),
    change('add', 'Put a tag on'),
    change('untag', 'Take a tag off'),
  ]
}
