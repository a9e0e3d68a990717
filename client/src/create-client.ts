import { type CallOptions, type ClientOptions, readOptions } from './client-options.ts'
import type { OutputFormat } from './output/format.ts'
import type { Output } from './output/output.ts'
import { asItIs, checkedBy, type ReadOutput } from './output/read-output.ts'
import type { StandardSchema } from './output/standard-schema.ts'
import { type Credentials, createCredentials } from './resources/credentials.ts'
import { createModels, type Models } from './resources/models.ts'
import { createBudgets, createLimits, type Policies } from './resources/policies.ts'
import { createReports, type Reports } from './resources/reports.ts'
import {
  createRollouts,
  createTrafficHistory,
  type Rollouts,
  type TrafficHistory,
} from './resources/rollouts.ts'
import { createRunFeedback, type RunFeedback } from './resources/run-feedback.ts'
import { createRuns, type Runs } from './resources/runs.ts'
import { createShadows, type Shadows } from './resources/shadows.ts'
import { createTags, type Tags } from './resources/tags.ts'
import { createTasks, type Tasks } from './resources/tasks.ts'
import { createTask, type Task } from './runs/task.ts'
import { createTaskRefs } from './runs/task-ref.ts'
import type { Comparison, ComparisonQuery } from './shapes/comparison.ts'
import type { ApiKey, NewApiKey, NewOAuthClient, OAuthClient, Whoami } from './shapes/credential.ts'
import type { InputProcessor } from './shapes/input-processor.ts'
import type {
  BudgetPolicy,
  Budgets,
  LimitPolicy,
  Limits,
  NewBudgetPolicy,
  NewLimitPolicy,
} from './shapes/policy.ts'
import type { Queue } from './shapes/queue.ts'
import type { FileResponse } from './shapes/run.ts'
import { createApi } from './transport/api.ts'
import { type Call, segment } from './transport/call.ts'

/** What a task's output is, and where its type comes from. */
interface TaskKinds {
  (task: string): Task<unknown>
  (task: string, options: { readonly format: 'text' }): Task<string>
  /** Of tasks that answer with `csv`, `pdf`, `image` or `audio`: a handle's `file` has the bytes. */
  (task: string, options: { readonly format: 'file' }): Task<FileResponse>
  /** Any Standard Schema: checks and transforms the output here, and gives its type. */
  <T>(task: string, options: { readonly schema: StandardSchema<T> }): Task<T>
  /** The task's `output_format`: gives the type; the server has checked the output against its own. */
  <const Format extends OutputFormat>(
    task: string,
    options: { readonly format: Format },
  ): Task<Output<Format>>
}

export interface Client {
  /** A task by its name or id, to run it. A name is looked up once, which takes the scope `task:read`. */
  readonly task: TaskKinds
  readonly tasks: Tasks
  readonly runs: Runs
  readonly taskTags: Tags
  readonly revisionTags: Tags
  readonly keys: Credentials<ApiKey, NewApiKey>
  readonly oauthClients: Credentials<OAuthClient, NewOAuthClient>
  readonly reports: Reports
  readonly models: Models
  readonly feedback: RunFeedback
  readonly rollout: Rollouts
  readonly shadow: Shadows
  readonly trafficHistory: TrafficHistory
  readonly limits: Policies<Limits, LimitPolicy, NewLimitPolicy>
  readonly budgets: Policies<Budgets, BudgetPolicy, NewBudgetPolicy>
  /** Which of a task's revisions is better; by the task's id. */
  comparison(task: string, query?: ComparisonQuery, options?: CallOptions): Promise<Comparison>
  /** What can change the inputs of runs, and how it is configured. */
  inputProcessors(options?: CallOptions): Promise<readonly InputProcessor[]>
  /** What of the project waits and runs now. */
  queue(options?: CallOptions): Promise<Queue>
  /** Who the token stands for. */
  whoami(options?: CallOptions): Promise<Whoami>
  /** Any other call of the API, as JSON. `P/` at the begin of the path stands for the project. */
  request<T = unknown>(call: Call): Promise<T>
}

/**
 * The API of one project. Nothing is sent before something is asked for, and nothing stays open after it.
 * @throws {TypeError} for options that contradict each other, or that no call could be made with
 */
export function createClient(given: ClientOptions): Client {
  const api = createApi(readOptions(given))
  const refOf = createTaskRefs(api)
  const task = (name: string, { schema }: { schema?: StandardSchema } = {}) => {
    const readOutput: ReadOutput<unknown> = schema ? checkedBy(schema) : asItIs
    return createTask(api, refOf(name), readOutput)
  }
  return {
    task: task as TaskKinds,
    tasks: createTasks(api),
    runs: createRuns(api),
    taskTags: createTags(api, 'task'),
    revisionTags: createTags(api, 'task_revision'),
    keys: createCredentials(api, 'api_key'),
    oauthClients: createCredentials(api, 'oauth_client'),
    reports: createReports(api),
    models: createModels(api),
    feedback: createRunFeedback(api),
    rollout: createRollouts(api),
    shadow: createShadows(api),
    trafficHistory: createTrafficHistory(api),
    limits: createLimits(api),
    budgets: createBudgets(api),
    comparison: (task, query, options) =>
      api.json({ ...options, method: 'GET', path: `P/task/${segment(task)}/comparison`, query }),
    inputProcessors: (options) => api.json({ ...options, method: 'GET', path: 'P/input_processor' }),
    queue: (options) => api.json({ ...options, method: 'GET', path: 'P/queue' }),
    whoami: (options) => api.whoami(options),
    request: (call) => api.json(call),
  }
}
