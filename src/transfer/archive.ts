import { z } from 'zod'
import { ValidationError, type ValidationIssue } from '../platform/errors.ts'
import { givenId } from '../platform/id-schema.ts'
import { checkTaskArchive, taskArchiveSchema } from '../tasks/task-archive.ts'
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

/** Checks what the schema cannot. @throws {ValidationError} with everything that is wrong within the file itself */
export function checkArchive({ projects }: Archive): void {
  const issues: ValidationIssue[] = []
  const ids = projects.map(({ project }) => project.id)
  for (const [at, archived] of projects.entries()) {
    const where = ['body', 'projects', at]
    if (ids.indexOf(archived.project.id) < at) {
      issues.push({ loc: [...where, 'project', 'id'], msg: 'stands twice in the file', type: 'value_error' })
    }
    issues.push(...checkTaskArchive(archived, where))
  }
  if (issues.length > 0) throw new ValidationError(issues)
}
