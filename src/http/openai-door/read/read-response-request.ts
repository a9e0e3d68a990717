import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { ApiError, ValidationError } from '../../../platform/errors.ts'
import { noProto } from '../../../platform/json/no-proto.ts'
import type { SubmittedFile } from '../../../runs/start/submission.ts'
import type { FindTaskDeps } from '../../../tasks/naming/find-task.ts'
import { anyObject } from '../../../tasks/task-fields.ts'
import type { Caller } from '../../../tenancy/caller.ts'
import { type Addressed, findAddressed, findByModel, namesTask, openParameters } from '../find-addressed.ts'
import type { DoorRequest } from '../start-door-run.ts'
import { checkFormat, textFormat } from './check-format.ts'
import { inputItem, readInput } from './read-messages.ts'
import { metadataMember, readMetadata } from './read-metadata.ts'
import { responseOverrides, responseParameters } from './read-overrides.ts'
import { type Inputs, inputsOfText, inputsOfVariables } from './read-task-input.ts'
import { checkUnserved, membersOf, unservedMembers } from './unserved-members.ts'

/** Body of `POST /v1/responses`. */
export const responseBody = z
  .object({
    ...unservedMembers('responses'),
    ...responseParameters,
    prompt: z
      .object({
        id: z.string().min(1).max(300).nullish().meta({ description: 'Alias, id or name of a task.' }),
        prompt_id: z.string().min(1).max(300).nullish().meta({ description: 'Another spelling of `id`.' }),
        version: z
          .union([z.string().min(1).max(100), z.int()])
          .nullish()
          .meta({
            description: 'A tag, a revision’s id, or its number, from 1. Absent: one is drawn by weight.',
          }),
        variables: anyObject.nullish().meta({ description: 'The parameters of the prompts.' }),
      })
      .nullish(),
    model: z.string().max(300).nullish().meta({
      description:
        'Instead of `prompt`: `task/` and the name, id or alias of a task. Beside it, not acted on.',
    }),
    input: z
      .union([z.string(), z.array(inputItem).max(1000)])
      .nullish()
      .meta({
        description: 'A text for the one parameter that `variables` leaves open, and files.',
      }),
    text: noProto(z.looseObject({ format: textFormat.nullish() })).nullish(),
    metadata: metadataMember,
    background: z
      .boolean()
      .nullish()
      .meta({ description: 'True: answers at once with the run as it stands.' }),
    stream: z.boolean().nullish().meta({ description: 'True: events of the response, as they come.' }),
    stream_options: noProto(z.looseObject({})).nullish().meta({ description: 'Not acted on.' }),
  })
  .meta({
    id: 'OpenAiResponseRequest',
    override: { examples: [{ prompt: { id: 'Sentiment', variables: { text: 'I love this' } } }] },
  })
type ResponseBody = z.output<typeof responseBody>

/**
 * Reads what a run is asked for.
 * @throws {ApiError} TASK_NOT_FOUND, TASK_REVISION_NOT_FOUND
 * @throws {ValidationError} for what a task cannot do, and for inputs that it does not have
 */
export async function readResponseRequest(
  deps: FindTaskDeps,
  caller: Caller,
  body: ResponseBody,
): Promise<DoorRequest> {
  const unserved = checkUnserved('responses', body)
  const addressed = await addressedBy(deps, caller, body)
  const content = readInput(body.input)
  const ofVariables = { ...content, files: [] as SubmittedFile[] }
  const variables = inputsOfVariables(body.prompt?.variables ?? {}, ofVariables)
  const text = content.texts.join('\n')
  // A task that cannot be run refuses for that reason, whatever was said to it.
  const isSilent = text === '' || addressed.candidates.length === 0
  const said: Inputs = isSilent ? {} : inputsOfText(text, openParameters(addressed, variables), 'input')
  const twice = Object.keys(said).find(
    (name) => Object.hasOwn(variables, name) && !isDeepStrictEqual(said[name], variables[name]),
  )
  if (twice !== undefined) throw ValidationError.at(['body', 'input', twice], 'contradicts prompt.variables')
  const { format, ...textRest } = body.text ?? {}
  const asked = format ? { type: format.type, schema: format.schema, place: ['text', 'format'] } : null
  const { kept, ignored: keys } = readMetadata(body.metadata)
  return {
    ...{ ...kept, addressed, llmConfig: responseOverrides(body) },
    inputs: { ...variables, ...said },
    files: [...ofVariables.files, ...content.files],
    place: body.prompt ? ['prompt', 'variables'] : ['input'],
    ignored: [
      ...unserved,
      ...(body.prompt && body.model ? ['model'] : []),
      ...membersOf('stream_options', body.stream_options ?? {}),
      ...membersOf('text', textRest),
      ...membersOf('reasoning', { ...body.reasoning, effort: null }),
      ...content.ignored,
      ...checkFormat(asked, addressed.candidates),
      ...keys,
    ],
  }
}

/** The task of the prompt, or of the model where there is no prompt. */
async function addressedBy(
  deps: FindTaskDeps,
  caller: Caller,
  { prompt, model }: ResponseBody,
): Promise<Addressed> {
  if (prompt) {
    if (model && namesTask(model)) throw ValidationError.at(['body', 'model'], 'contradicts prompt')
    const version = prompt.version ?? null
    const id = prompt.id ?? prompt.prompt_id
    if (!id) throw ValidationError.at(['body', 'prompt', 'id'], 'field required', 'missing')
    if (prompt.prompt_id && prompt.prompt_id !== id) {
      throw ValidationError.at(['body', 'prompt', 'prompt_id'], 'contradicts id')
    }
    return findAddressed(deps, caller, id, version === null ? null : String(version), 'prompt.id')
  }
  if (model && namesTask(model)) return findByModel(deps, caller, model)
  if (!model) throw ValidationError.at(['body', 'prompt'], 'field required', 'missing')
  const message = `There is no model ${JSON.stringify(model)}: name a task by prompt.id, or by a model such as task/Summary.`
  throw new ApiError('TASK_NOT_FOUND', message, { param: 'model' })
}
