import { z } from 'zod'
import { noProto } from '../../platform/json/no-proto.ts'
import { isFinal } from '../../runs/run.ts'
import { anyObject } from '../../tasks/task-fields.ts'
import { type Endpoint, endpoint, noParams, noQuery } from '../route.ts'
import { failureOf } from '../send-run.ts'
import { waitOf } from './caller-patience.ts'
import { type Addressed, findByModel, openParameters } from './find-addressed.ts'
import { openAiCompletion } from './objects/completion-object.ts'
import { presentCompletion } from './objects/present-completion.ts'
import { outcomeOf } from './objects/run-outcome.ts'
import { sendOpenAiError } from './openai-error.ts'
import { chatFormat, checkFormat } from './read/check-format.ts'
import type { Content } from './read/read-content.ts'
import { chatMessage, readMessages } from './read/read-messages.ts'
import { metadataMember, readMetadata } from './read/read-metadata.ts'
import { chatOverrides, chatParameters } from './read/read-overrides.ts'
import { type Inputs, inputsOfText } from './read/read-task-input.ts'
import { checkUnserved, membersOf, unservedMembers } from './read/unserved-members.ts'
import {
  DOOR_REFUSALS,
  type DoorDeps,
  type DoorRequest,
  doorHeaders,
  doorRequestHeaders,
  startDoorRun,
  unfinished,
} from './start-door-run.ts'
import { completionChunks } from './stream/completion-chunks.ts'
import { sendStartedStream } from './stream/send-door-stream.ts'

/** How long the head of a stream waits for the first word, in ms: a run that fails before it has a status, as without a stream. */
const HEAD_WAIT_MS = 15_000

const body = z
  .object({
    ...unservedMembers('chat'),
    ...chatParameters,
    model: z.string().min(1).max(300).meta({
      description:
        '`task/` and the name, id or alias of a task, with `@` and a tag or revision id for one revision.',
    }),
    messages: z.array(chatMessage).max(1000).nullish().meta({
      description:
        'One message of the user: a JSON object of the inputs, or a text for the one parameter of the task.',
    }),
    task_input: anyObject.nullish().meta({ description: 'The inputs, instead of a message’s text.' }),
    response_format: chatFormat.nullish(),
    metadata: metadataMember,
    stream: z.boolean().nullish().meta({ description: 'True: chunks, as server-sent events.' }),
    stream_options: noProto(z.looseObject({ include_usage: z.boolean().nullish() })).nullish(),
  })
  .meta({
    id: 'OpenAiCompletionRequest',
    override: {
      examples: [{ model: 'task/Sentiment', messages: [{ role: 'user', content: 'I love this' }] }],
    },
  })

/** Tasks as models of chat completions. */
export function chatCompletionRoutes(deps: DoorDeps): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/chat/completions',
      door: 'openai',
      tag: 'OpenAI',
      operation: 'createChatCompletion',
      summary: 'Run a task as a chat completion',
      exactMember: 'task_input',
      filesInJson: true,
      headers: doorRequestHeaders,
      responseHeaders: doorHeaders,
      response: openAiCompletion,
      media: ['text/event-stream'],
      errorCodes: [...DOOR_REFUSALS, 'RUN_UNFINISHED', 'ANSWER_REPLACED'],
      scope: 'run:write',
      params: noParams,
      query: noQuery,
      body,
      async handle(context) {
        const { body, caller, request, response } = context
        const unserved = checkUnserved('chat', body)
        const addressed = await findByModel(deps, caller, body.model)
        const content = readMessages(body.messages ?? [], 'messages')
        const { inputs, place, ignored } = inputsOf(body.task_input ?? null, content, addressed)
        const format = body.response_format
        const wanted = format && {
          ...{ type: format.type, schema: format.json_schema?.schema },
          place: ['response_format', ...(format.type === 'json_schema' ? ['json_schema'] : [])],
        }
        const unchecked = checkFormat(wanted ?? null, addressed.candidates)
        const { kept, ignored: keys } = readMetadata(body.metadata)
        const { include_usage, ...options } = body.stream_options ?? {}
        const asked: DoorRequest = {
          ...{ ...kept, addressed, inputs, place, files: content.files },
          llmConfig: chatOverrides(body),
          ignored: [
            ...unserved,
            ...ignored,
            ...content.ignored,
            ...unchecked,
            ...keys,
            ...membersOf('stream_options', body.stream ? options : { ...options, include_usage }),
          ],
        }
        if (body.stream) {
          await sendStartedStream(deps, context, asked, {
            ...{ background: false, headWaitMs: waitOf(request, HEAD_WAIT_MS) },
            events: (record, answers) =>
              completionChunks(record, answers, {
                includeUsage: include_usage ?? false,
                isBegun: () => response.headersSent,
              }),
          })
          return undefined
        }
        const wait = { ms: waitOf(request, deps.waitMax * 1000), background: false, live: false }
        const { record } = await startDoorRun(deps, context, asked, wait)
        const outcome = outcomeOf(record)
        if (outcome) return presentCompletion(record, outcome)
        sendOpenAiError(response, isFinal(record.status) ? failureOf(record) : unfinished(record.request.id))
        return undefined
      },
    }),
  ]
}

/** The inputs of a chat: `task_input`, else what the message says. */
function inputsOf(given: Inputs | null, { texts }: Content, addressed: Addressed) {
  const text = texts.join('\n')
  if (given) return { inputs: given, place: ['task_input'], ignored: text === '' ? [] : ['messages'] }
  // A task that cannot be run refuses for that reason, whatever was said to it.
  const isSilent = text === '' || addressed.candidates.length === 0
  const inputs = isSilent ? {} : inputsOfText(text, openParameters(addressed), 'messages')
  return { inputs, place: ['messages'], ignored: [] }
}
