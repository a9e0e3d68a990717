import type { TaskBounds } from '../task-sizes.ts'
import type { TaskStore } from '../task-store.ts'
import type { ImportWrite } from './import-write.ts'

/**
 * What keeps the pieces of an import from being written into a project one after the other, as it is now: too many tasks,
 * or too many bytes of them. Null where all of them fit. Pieces that make it no larger always do.
 */
export async function checkRoom(
  tasks: Pick<TaskStore, 'measureImport'>,
  project: string,
  pieces: readonly { readonly write: ImportWrite }[],
  { tasksMax, tasksBytesMax }: TaskBounds,
): Promise<string | null> {
  let [more, bytes] = [0, 0]
  for (const { write } of pieces) {
    if (write.tasks.length === 0) continue
    const { added, here } = await tasks.measureImport(project, write)
    more += added.tasks
    bytes += added.bytes
    if (added.tasks > 0 && here.tasks + more > tasksMax) return `the project may have at most ${tasksMax}`
    if (added.bytes > 0 && here.bytes + bytes > tasksBytesMax) {
      return `those of the project may take at most ${tasksBytesMax} bytes, with their revisions, weights and tags`
    }
  }
  return null
}
