import type { Readable } from 'node:stream'
import { type Core, transferDeps } from '../../compose/compose-core.ts'
import { type ImportedPrompt, importPrompts } from '../../transfer/openai/import-prompts.ts'
import { CommandError } from '../exit-codes.ts'
import { explainTransfer } from './explain-transfer.ts'
import { readJsonFile } from './read-json-file.ts'

export interface ImportOpenAiOptions {
  /** A path, or `-` for standard input. */
  readonly file: string
  readonly stdin: Readable
  readonly project: string
  /** The model that every task asks; undefined: that of its prompt. */
  readonly model: string | undefined
  /** Whether a prompt that is here already becomes a new revision; otherwise it is a conflict. */
  readonly replace: boolean
}

/**
 * Imports prompts as they were saved from OpenAI.
 * @throws {CommandError} with a line for everything that is in the way
 */
export async function importOpenAiFile(
  core: Core,
  { file, stdin, project, model = undefined, replace }: ImportOpenAiOptions,
): Promise<readonly ImportedPrompt[]> {
  const onto = await core.tenants.project(project)
  if (!onto) throw new CommandError(`there is no project ${project}`)
  const content = await readJsonFile(file, stdin, core.config.importLimit)
  const deps = { ...transferDeps(core), taskNames: core.taskNames }
  try {
    return await importPrompts(deps, onto, content, { model: model ?? null, replace })
  } catch (error) {
    throw explainTransfer(error)
  }
}
