interface TagFields {
  readonly id: string
  readonly name: string
  readonly entity_type: 'task' | 'task_revision'
  readonly project_id: string
  readonly created: string
  readonly modified: string
  readonly created_at: string
  readonly is_project_tag: true
  readonly is_global_tag: false
  /** The tag that it is below. */
  readonly parent_id: string | null
}

export interface ChildTag extends TagFields {
  readonly children: null
}

/** A word on tasks or on revisions. */
export interface Tag extends TagFields {
  /** Tags just below it, newest first. */
  readonly children: readonly ChildTag[]
}

export interface TagWithEntities extends Tag {
  /** Ids of the tasks or revisions that have it. */
  readonly tagged_entities: readonly string[]
}

export interface NewTag {
  /** 1-15 letters or digits. */
  readonly name: string
  readonly parent_id?: string | null | undefined
}
