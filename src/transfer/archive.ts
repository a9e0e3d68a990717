import { z } from 'zod'
import { MOST_ISSUES, ValidationError, type ValidationIssue } from '../platform/errors.ts'
import { inPieces } from '../platform/event-loop/in-pieces.ts'
import { givenId } from '../platform/id-schema.ts'
import { checkTaskArchive, type Place, taskArchiveSchema } from '../tasks/archive/task-archive.ts'
import type { TaskLimits } from '../tasks/task-fields.ts'

/** The version of the file format; it is raised by a change that older servers would misread. */
export const ARCHIVE_VERSION = 1

const EXAMPLE = {
  splitrun_export: ARCHIVE_VERSION,
  projects: [
    {
      org: { id: '019a5f0e-5f10-7b33-8c2e-3b0d1a2c3d4e', name: 'Acme' },
      project: { id: '019a5f0e-5f11-7a44-9b1d-4c0e1f2a3b4c', name: 'Web' },
      models: [],
      tags: { task: [], task_revision: [] },
      tasks: [],
    },
  ],
}

/**
 * Projects in one file: what an export writes and an import reads. The names of `org` and `project` are used only when
 * they are created.
 */
export function archiveSchema(limits: TaskLimits) {
  const named = z.strictObject({ id: givenId, name: z.string().min(1).max(1000) })
  const project = taskArchiveSchema(limits).extend({ org: named, project: named })
  return z
    .strictObject({
      splitrun_export: z.literal(ARCHIVE_VERSION, `this server reads version ${ARCHIVE_VERSION}`),
      projects: z.array(project).min(1),
    })
    .meta({
      id: 'Archive',
      description: 'Projects in one file, as they are exported and imported.',
      override: { examples: [EXAMPLE] },
    })
}
export type Archive = z.output<ReturnType<typeof archiveSchema>>
export type ArchivedProject = Archive['projects'][number]
type ArchivedTask = ArchivedProject['tasks'][number]
type ArchivedRevision = ArchivedTask['revisions'][number]

/** Checks a value by its schema. @throws {ValidationError} with places that begin with `where` */
export type Check = <T>(schema: z.ZodType<T>, value: unknown, where: Place) => T

/**
 * Checks a file in pieces, so that a file of thousands of tasks does not block the event loop. The result is that of the
 * schema.
 * @returns the function that checks a file. It rejects with a ValidationError that names the mistakes, up to a limit.
 */
export function createReadArchive(limits: TaskLimits, check: Check): (sent: unknown) => Promise<Archive> {
  const whole = archiveSchema(limits)
  const several = z.array(z.unknown()).min(1)
  const file = whole.extend({ projects: several })
  const projectWhole = whole.shape.projects.element
  const project = projectWhole.extend({ tasks: z.array(z.unknown()) })
  const taskWhole = projectWhole.shape.tasks.element
  const task = taskWhole.extend({ revisions: several })
  const revision = taskWhole.shape.revisions.element

  return async (sent) => {
    const issues: ValidationIssue[] = []
    const read = <T>(schema: z.ZodType<T>, value: unknown, where: Place): T | null => {
      if (issues.length >= MOST_ISSUES) return null
      try {
        return check(schema, value, where)
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error
        issues.push(...error.issues)
        return null
      }
    }
    const outer = read(file, sent, ['body'])
    const projects: ArchivedProject[] = []
    await inPieces(outer?.projects ?? [], async (each, at) => {
      const place = ['body', 'projects', at]
      const found = read(project, each, place)
      if (!found) return
      const tasks: ArchivedTask[] = []
      await inPieces(found.tasks, async (one, number) => {
        const where = [...place, 'tasks', number]
        const known = read(task, one, where)
        if (!known) return
        const revisions: ArchivedRevision[] = []
        await inPieces(known.revisions, (given, index) => {
          const kept = read(revision, given, [...where, 'revisions', index])
          if (kept) revisions.push(kept)
        })
        tasks.push({ ...known, revisions })
      })
      projects.push({ ...found, tasks })
    })
    if (!outer || issues.length > 0) throw new ValidationError(issues)
    return { ...outer, projects }
  }
}

/** Checks what the schema cannot. @throws {ValidationError} with what is wrong within the file itself, up to a limit */
export async function checkArchive({ projects }: Archive): Promise<void> {
  const issues: ValidationIssue[] = []
  const seen = new Set<string>()
  await inPieces(projects, async (archived, at) => {
    const where = ['body', 'projects', at]
    if (seen.has(archived.project.id)) {
      issues.push({ loc: [...where, 'project', 'id'], msg: 'stands twice in the file', type: 'value_error' })
    }
    seen.add(archived.project.id)
    for (const issue of await checkTaskArchive(archived, where)) issues.push(issue)
  })
  if (issues.length > 0) throw new ValidationError(issues)
}
