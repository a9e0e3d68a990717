import type { ImportWrite, TagWrite, TaskWrite } from './import-write.ts'
import type { ArchivedTask, Place } from './task-archive.ts'

/** Most that one step writes, since Redis serves nobody else meanwhile. A single task is never split, however large. */
const PIECE_CHARACTERS = 262_144
const PIECE_THINGS = 100

/** A task of a file, and its place in the file. */
export interface PlacedTask {
  readonly task: ArchivedTask
  readonly place: Place
}

/** What the import does with one task. */
export interface PlannedTask extends PlacedTask {
  readonly outcome: 'created' | 'updated' | 'unchanged'
  /** How many revisions it adds. */
  readonly revisions: number
  /** Null where nothing changes. */
  readonly write: TaskWrite | null
}

/** What an import writes in one step, and which tasks and tags that is. */
export interface ImportPiece {
  readonly write: ImportWrite
  readonly tasks: readonly PlannedTask[]
  /** How many tags it creates. */
  readonly tagsCreated: number
}

/** Splits an import into steps: first the tags, then the tasks, each complete and with the tags that it requires. */
export function cutPieces(tags: readonly TagWrite[], tasks: readonly PlannedTask[]): ImportPiece[] {
  const byId = new Map(tags.map((tag) => [tag.id, tag]))
  const pieces: ImportPiece[] = []
  let created: TagWrite[] = []
  let planned: PlannedTask[] = []
  let characters = 0

  function close(): void {
    if (created.length + planned.length > 0) pieces.push(pieceOf(created, planned, byId))
    ;[created, planned, characters] = [[], [], 0]
  }
  function makeRoom(size: number): void {
    const things = created.length + planned.length
    if (things > 0 && (things >= PIECE_THINGS || characters + size > PIECE_CHARACTERS)) close()
    characters += size
  }
  for (const tag of tags.filter(({ create }) => create)) {
    makeRoom(tag.json.length)
    created.push(tag)
  }
  for (const task of tasks) {
    makeRoom(sizeOf(task.write))
    planned.push(task)
  }
  close()
  return pieces
}

function pieceOf(
  created: readonly TagWrite[],
  tasks: readonly PlannedTask[],
  byId: ReadonlyMap<string, TagWrite>,
): ImportPiece {
  const writes = tasks.flatMap(({ write }) => write ?? [])
  const own = new Set(created.map(({ id }) => id))
  const used = new Set(writes.flatMap(({ tags_added }) => tags_added.map(([, tag]) => tag)))
  const expected = [...used].flatMap((id) => (own.has(id) ? [] : (byId.get(id) ?? [])))
  const write = {
    tags: [...created, ...expected.map((tag) => ({ ...tag, create: false, parent: '', json: '' }))],
    tasks: writes,
  }
  return { write, tasks, tagsCreated: created.length }
}

const sizeOf = (write: TaskWrite | null): number =>
  write?.revisions.reduce((sum, { json }) => sum + json.length, write.json.length) ?? 0
