import { randomUUID } from 'node:crypto'
import type { FileStore } from '../files/file-store.ts'
import { checkImage } from '../files/image.ts'
import type { ModelRegistry } from '../models/model-registry.ts'
import { ApiError, ValidationError, type ValidationIssue } from '../platform/errors.ts'
import { newRunId } from '../platform/ids.ts'
import type { RunQueue } from '../queues.ts'
import { missingParameters } from '../tasks/prompt.ts'
import type { Revision, Task } from '../tasks/task.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import type { ReplyInbox } from './reply-inbox.ts'
import type { RunRecord, RunRequest } from './run.ts'
import type { RunStore } from './run-store.ts'

export interface StartRunDeps {
  readonly tasks: TaskStore
  readonly runs: RunStore
  readonly models: ModelRegistry
  readonly files: FileStore
  /** By shard. */
  readonly queues: readonly RunQueue[]
  readonly inbox: ReplyInbox
  readonly imagePixelsMax: number
}

/** What a caller wants run. */
export interface StartRunInput {
  readonly org: string
  readonly project: string
  readonly task: string
  readonly user: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly images: readonly Buffer[]
  readonly revision: string | null
  readonly llmConfig: Readonly<Record<string, unknown>> | null
  readonly useFallback: boolean
  readonly reference: string | null
  readonly reportingGroup: string | null
}

/**
 * Accepts a run: checks that every revision which may be drawn can be served with these inputs, stores the files,
 * then creates the record and enqueues its job, both under way at once. When it resolves, the run is durable.
 * @param waitMs how long to wait for the end; 0 not at all
 * @returns the run: ended, or as it stood when the wait was over
 * @throws {ApiError} TASK_NOT_FOUND, TASK_REVISION_NOT_FOUND, TASK_DISABLED, NO_ACTIVE_REVISION, NOT_AN_IMAGE, ...
 * @throws {ValidationError} naming the parameters or the image that are missing
 */
export async function startRun(
  deps: StartRunDeps,
  input: StartRunInput,
  waitMs: number,
  signal: AbortSignal,
): Promise<RunRecord> {
  const candidates = await candidatesFor(deps, input)
  checkInputs(candidates, input, deps.models)
  const files = await storeImages(deps, input.images)

  const { images: _, ...asked } = input
  const shard = Math.floor(Math.random() * deps.queues.length)
  const request: RunRequest = { ...asked, id: newRunId(shard), created: Date.now(), files }
  const record: RunRecord = { request, status: 'queued', revision: null, attempts: [], result: null }

  const unwanted = new AbortController()
  // Listening begins before the run exists, so its end cannot be missed.
  const ended =
    waitMs > 0
      ? deps.inbox.wait(request, waitMs, AbortSignal.any([signal, unwanted.signal]))
      : Promise.resolve(null)
  try {
    // On one connection the record arrives before its job; the reply to both is one wait.
    await Promise.all([
      deps.runs.create(request, waitMs > 0 ? deps.inbox.id : null),
      deps.queues[shard]?.add(request.id, {
        project: input.project,
        task: input.task,
        revision: input.revision,
      }),
    ])
  } catch (error) {
    unwanted.abort()
    throw error
  }
  // A wait that is over tells nothing of how far the run is: its record does.
  return (await ended) ?? (waitMs > 0 ? await deps.runs.get(request.id).catch(() => null) : null) ?? record
}

async function candidatesFor({ tasks }: StartRunDeps, input: StartRunInput): Promise<Revision[]> {
  const task = await tasks.recent(input.project, input.task)
  if (!task) throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
  if (!task.enabled) throw new ApiError('TASK_DISABLED', 'The task is disabled.')
  const ids = input.revision ? [input.revision] : drawable(task)
  if (ids.length === 0) throw new ApiError('NO_ACTIVE_REVISION', 'The task has no active revision.')
  const revisions = await Promise.all(ids.map((id) => tasks.revision(input.project, id)))
  return revisions.map((revision) => {
    if (revision?.task_id !== task.id) {
      throw new ApiError('TASK_REVISION_NOT_FOUND', 'The task has no such revision.')
    }
    return revision
  })
}

const drawable = (task: Task): string[] =>
  task.active_revisions.filter(({ weight }) => weight > 0).map(({ task_revision_id }) => task_revision_id)

/** A caller's mistake must not depend on the luck of the draw, so all that may be drawn are checked. */
function checkInputs(revisions: readonly Revision[], input: StartRunInput, models: ModelRegistry): void {
  const issues: ValidationIssue[] = []
  const missing = new Set(revisions.flatMap((each) => missingParameters(each.input_params, input.inputs)))
  for (const name of missing) {
    issues.push({
      loc: ['body', 'task_input', name],
      msg: 'the prompt needs this parameter',
      type: 'missing',
    })
  }
  if (input.images.length === 0 && revisions.some((each) => each.image_required)) {
    issues.push({ loc: ['body', 'task_file'], msg: 'the task requires an image', type: 'missing' })
  }
  const blind = revisions.some((each) => models.find(each.llm_model_id)?.supportsVision === false)
  if (input.images.length > 0 && blind) {
    issues.push({ loc: ['body', 'task_file'], msg: "the task's model sees no images", type: 'value_error' })
  }
  if (issues.length > 0) throw new ValidationError(issues)
}

async function storeImages(
  { files, imagePixelsMax }: StartRunDeps,
  images: readonly Buffer[],
): Promise<string[]> {
  // All are checked before any is stored: a refused request leaves nothing behind.
  const kinds = await Promise.all(images.map((image) => checkImage(image, imagePixelsMax)))
  return Promise.all(
    images.map(async (image, index) => {
      const name = `${randomUUID()}.${kinds[index]?.extension}`
      await files.put(name, image)
      return name
    }),
  )
}
