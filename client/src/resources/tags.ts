import type { CallOptions } from '../client-options.ts'
import { type List, listOf } from '../list.ts'
import type { NewTag, Tag, TagWithEntities } from '../shapes/tag.ts'
import type { Api } from '../transport/api.ts'
import { segment } from '../transport/call.ts'

/** Tags on tasks, or on revisions. */
export interface Tags {
  list(options?: CallOptions): List<Tag>
  get(id: string, options?: CallOptions): Promise<TagWithEntities>
  create(tag: NewTag, options?: CallOptions): Promise<TagWithEntities>
  rename(id: string, name: string, options?: CallOptions): Promise<TagWithEntities>
  delete(id: string, options?: CallOptions): Promise<TagWithEntities>
  /** Puts it on all that are named, or on none. */
  add(id: string, entities: readonly string[], options?: CallOptions): Promise<TagWithEntities>
  remove(id: string, entities: readonly string[], options?: CallOptions): Promise<TagWithEntities>
}

export function createTags(api: Api, kind: 'task' | 'task_revision'): Tags {
  const all = `P/${kind}/tag`
  const one = (id: string) => `${all}/${segment(id)}`
  const post = (path: string, body: object, options: CallOptions = {}, repeatable = false) =>
    api.json<TagWithEntities>({ ...options, method: 'POST', path, body, repeatable })
  return {
    list: (options) => listOf(api, all, {}, options),
    get: (id, options) => api.json({ ...options, method: 'GET', path: one(id) }),
    create: (tag, options) => post(all, tag, options),
    rename: (id, name, options) => post(one(id), { name }, options, true),
    delete: (id, options) => api.json({ ...options, method: 'DELETE', path: one(id) }),
    add: (id, entities, options) => post(`${one(id)}/add`, { entities }, options, true),
    remove: (id, entities, options) => post(`${one(id)}/remove`, { entities }, options, true),
  }
}
