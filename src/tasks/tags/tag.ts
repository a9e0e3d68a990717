import { z } from 'zod'
import { shownId } from '../../platform/id-schema.ts'
import type { Shown } from '../../platform/shown.ts'

/** What can have tags. Tags of tasks and tags of revisions are separate; a name may exist in both. */
export const TAG_KINDS = ['task', 'task_revision'] as const
export type TagKind = (typeof TAG_KINDS)[number]

/** A word by which tasks or revisions of a project are found. */
export interface Tag {
  readonly id: string
  readonly name: string
  /** Another tag of its kind; never changes, except that a parent that is deleted leaves none. */
  readonly parent_id: string | null
  readonly created: string
  readonly modified: string
}

export const tagName = z.string().regex(/^[A-Za-z0-9]{1,15}$/, 'expected 1-15 letters or digits')

/** Reads a stored tag; those that were stored before there were parents have none. */
export function readTag(text: string): Tag {
  const { id, name, parent_id = null, created, modified } = JSON.parse(text) as Tag
  return { id, name, parent_id, created, modified }
}

const ofTag = z.object({
  id: shownId,
  name: z.string(),
  entity_type: z.enum(TAG_KINDS),
  project_id: shownId,
  created: z.iso.datetime(),
  modified: z.iso.datetime(),
  created_at: z.iso.datetime().meta({ description: 'The same as `created`.' }),
  is_project_tag: z.literal(true),
  is_global_tag: z.literal(false),
  parent_id: shownId.nullable().meta({ description: 'The tag that it is below.' }),
})
const childResponse = ofTag
  .extend({ children: z.null().meta({ description: 'Not shown here: read the tag itself.' }) })
  .meta({ id: 'ChildTag' })

/** A tag on the wire. */
export const tagResponse = ofTag
  .extend({ children: z.array(childResponse).meta({ description: 'Tags just below it, newest first.' }) })
  .meta({ id: 'Tag', description: 'A word on tasks or on revisions.' })

/** A tag with the ids of the tasks or revisions that have it, newest first. */
export const wholeTagResponse = tagResponse
  .extend({ tagged_entities: z.array(shownId).meta({ description: 'Newest first within each task.' }) })
  .meta({ id: 'TagWithEntities' })

/** @param all the tags of its kind */
export function presentTag(
  tag: Tag,
  kind: TagKind,
  project: string,
  all: readonly Tag[],
): Shown<typeof tagResponse> {
  const show = (each: Tag) => ({
    id: each.id,
    name: each.name,
    entity_type: kind,
    project_id: project,
    created: each.created,
    modified: each.modified,
    created_at: each.created,
    is_project_tag: true as const,
    is_global_tag: false as const,
    parent_id: each.parent_id,
  })
  const children = all.filter((each) => each.parent_id === tag.id)
  return { ...show(tag), children: children.map((child) => ({ ...show(child), children: null })) }
}
