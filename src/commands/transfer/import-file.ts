import type { Readable } from 'node:stream'
import { type Core, transferDeps } from '../../compose/compose-core.ts'
import { ValidationError } from '../../platform/errors.ts'
import { toldIssues } from '../../platform/told-issues.ts'
import { ADMIN } from '../../tenancy/caller.ts'
import { archiveSchema } from '../../transfer/archive.ts'
import { type ImportReport, importArchive } from '../../transfer/import-archive.ts'
import { CommandError } from '../exit-codes.ts'
import { explainTransfer } from './explain-transfer.ts'
import { readJsonFile } from './read-json-file.ts'

export interface ImportFileOptions {
  /** A path, or `-` for standard input. */
  readonly file: string
  readonly stdin: Readable
  /** The project to import into; null for those that the file names. */
  readonly project: string | null
  /** Whether what differs here is changed; otherwise it is a conflict. */
  readonly replace: boolean
}

/**
 * Imports a file that an export wrote; all of it, or nothing.
 * @throws {CommandError} with a line for everything that is in the way
 */
export async function importFile(core: Core, options: ImportFileOptions): Promise<ImportReport> {
  const { file, stdin, project, replace } = options
  const content = await readJsonFile(file, stdin, core.config.importLimit)
  const onto = project === null ? null : await core.tenants.project(project)
  if (project !== null && !onto) throw new CommandError(`there is no project ${project}`)
  const read = archiveSchema(core.limits).safeParse(content)
  try {
    if (read.success) return await importArchive(transferDeps(core), read.data, onto, replace, ADMIN.id)
    throw new ValidationError(
      toldIssues(read.error.issues).map(({ path, message }) => ({
        loc: path.map(String),
        msg: message,
        type: '',
      })),
    )
  } catch (error) {
    throw explainTransfer(error)
  }
}
