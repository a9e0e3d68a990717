import { hash } from 'node:crypto'
import type { Revision } from '../../tasks/task.ts'
import type { ModelChoice } from '../execute/ask/choose-models.ts'
import type { PreparedCall } from '../execute/ask/prepare-call.ts'
import type { RunRequest } from '../run.ts'

/** Everything that an answer is made of. */
export interface Asked {
  readonly request: Pick<RunRequest, 'project' | 'task' | 'cache' | 'fileNames'>
  readonly revision: Revision
  /** The models in the order in which they are asked, each with its parameters. */
  readonly choices: readonly ModelChoice[]
  /** The call of the first of them. */
  readonly prepared: Pick<PreparedCall, 'messages'>
  /** The schema of the answer; null for text. */
  readonly schema: Readonly<Record<string, unknown>> | null
}

/** Another one for each change of what a key is made of: results that were kept before are not found any more. */
const VERSION = 1

/** By the revision itself, as the store keeps it: the same id may stand for another content after an import. */
const contents = new WeakMap<Revision, string>()

function contentOf(revision: Revision): string {
  const known = contents.get(revision) ?? hash('sha256', JSON.stringify(revision), 'hex')
  contents.set(revision, known)
  return known
}

/**
 * The hash of a question: two runs have the same one only when they are of the same project, task and revision, with the
 * same content of the revision, the same prompts as they were rendered, the same files byte for byte, and are asked of the
 * same models with the same parameters and the same schema. Inputs that stand in no prompt do not count.
 */
export function questionKey({ request, revision, choices, prepared, schema }: Asked): string {
  const parts = [
    ...[VERSION, request.project, request.task, revision.id, contentOf(revision)],
    prepared.messages.map(({ role, text }) => [role, text]),
    request.cache?.files ?? [],
    request.fileNames,
    choices.map(({ model, parameters, fallback }) => [
      ...[model.id, model.name, model.upstreamName, model.server.name, model.server.baseUrl],
      ...[model.api ?? null, model.output, model.reasoningInText ?? null, model.rules ?? null],
      ...[sorted(model.server.transport?.query), sorted(model.server.transport?.headers)],
      ...[sorted(parameters), fallback],
    ]),
    // Models write the members of an object in the order of its schema.
    schema,
  ]
  return hash('sha256', JSON.stringify(parts), 'hex')
}

/**
 * The hash of what a run is about, which is the same whichever revision was drawn for it, where they have the same
 * parameters; with input processors, all inputs count. By it is known whether something was asked before: of what comes again, only the first run says something of
 * the revision that was drawn. Whether there was a result depends on the revision, and whether it failed before, too.
 */
export function subjectKey(
  {
    inputs,
    cache,
    llmConfig,
    useFallback,
  }: Pick<RunRequest, 'inputs' | 'cache' | 'llmConfig' | 'useFallback'>,
  { input_params, input_processors }: Pick<Revision, 'input_params' | 'input_processors'>,
): string {
  // Processors may make a parameter of whichever input they like.
  const names = input_processors?.length ? Object.keys(inputs) : input_params
  const used = [...names].sort().map((name) => [name, sorted(inputs[name])])
  return hash(
    'sha256',
    JSON.stringify(['subject', used, cache?.files ?? [], sorted(llmConfig), useFallback]),
    'hex',
  )
}

/** With the members of all objects in order: parameters are the same in whichever they were written. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return { members: members.map(([name, member]) => [name, sorted(member)]) }
}
