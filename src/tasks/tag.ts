import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'
import type { Shown } from '../platform/shown.ts'

/** What can have tags. Tags of tasks and tags of revisions are separate; a name may exist in both. */
export const TAG_KINDS = ['task', 'task_revision'] as const
export type TagKind = (typeof TAG_KINDS)[number]

/** A word by which tasks or revisions of a project are found. */
export interface Tag {
  readonly id: string
  readonly name: string
  readonly created: string
  readonly modified: string
}

export const tagName = z.string().regex(/^[A-Za-z0-9]{1,15}$/, 'expected 1-15 letters or digits')

/** A tag on the wire. */
export const tagResponse = z
  .object({
    id: shownId,
    name: z.string(),
    entity_type: z.enum(TAG_KINDS),
    project_id: shownId,
    created: z.iso.datetime(),
    modified: z.iso.datetime(),
    /** The same as `created`, for clients that know this name. */
    created_at: z.iso.datetime(),
    /** Tags belong to their project, and have no hierarchy here. */
    is_project_tag: z.literal(true),
    is_global_tag: z.literal(false),
    parent_id: z.null(),
    children: z.array(z.never()),
  })
  .meta({ id: 'Tag', description: 'A word on tasks or on revisions.' })

/** A tag with the ids of the tasks or revisions that have it, newest first. */
export const wholeTagResponse = tagResponse
  .extend({ tagged_entities: z.array(shownId).meta({ description: 'Newest first within each task.' }) })
  .meta({ id: 'TagWithEntities' })

export function presentTag(tag: Tag, kind: TagKind, project: string): Shown<typeof tagResponse> {
  return {
    id: tag.id,
    name: tag.name,
    entity_type: kind,
    project_id: project,
    created: tag.created,
    modified: tag.modified,
    created_at: tag.created,
    is_project_tag: true,
    is_global_tag: false,
    parent_id: null,
    children: [],
  }
}
