import { newId } from '../../src/platform/ids.ts'
import type { TaskArchive } from '../../src/tasks/archive/task-archive.ts'
import type { Archive } from '../../src/transfer/archive.ts'
import { arbitraryOutputFormat } from './arbitrary-output-format.ts'
import fc, { isReadAsWritten } from './fast-check.ts'

/** New at every run of a property: what is imported must not be there from the run before. */
const id = fc.constant(null).map(() => newId())
const time = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
  .map((date) => date.toISOString())
const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const llmConfig = fc.record(
  {
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    seed: fc.maxSafeInteger(),
    stop: fc.constant(['x']),
  },
  { requiredKeys: [] },
)
const anything = fc.jsonValue({ maxDepth: 2 })

const tag = fc.record({
  id,
  name: fc.stringMatching(/^[A-Za-z0-9]{1,15}$/),
  parent_id: fc.constant<string | null>(null),
  created: time,
  modified: time,
})
const tags = fc.uniqueArray(tag, { maxLength: 3, selector: ({ name }) => name })

const revision = fc.record({
  id,
  created: time,
  test: fc.boolean(),
  annotation: maybe(text(20)),
  system_prompt: text(50).filter(Boolean),
  user_prompt: text(50).map((prompt) => `${prompt}{text}`),
  llm_model_id: fc.constant('simulated-large'),
  llm_config: maybe(llmConfig),
  output_format: arbitraryOutputFormat,
  image_required: fc.boolean(),
  optimise_images: fc.boolean(),
  input_processors: maybe(fc.array(anything, { maxLength: 3 })),
  rag: maybe(fc.dictionary(text(10).filter(isReadAsWritten), anything, { noNullPrototype: true })),
  task_forwarder_id: maybe(text(20)),
  fallback_llm_model_id: maybe(fc.constant('simulated-large')),
  fallback_llm_config: maybe(llmConfig),
  tags: fc.constant<string[]>([]),
})

const weight = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })

const task = fc
  .record({
    id,
    name: fc.stringMatching(/^[A-Za-z0-9 _-]{1,63}$/),
    alias: fc.constant<string | null>(null),
    description: text(30),
    enabled: fc.boolean(),
    output_modality: fc.constantFrom('json', 'text'),
    public: fc.boolean(),
    exposed_to_agents: fc.boolean(),
    task_run_visibility: fc.constantFrom('owner_only', 'editors_and_owners', 'all_viewers'),
    timeout: maybe(fc.integer({ min: 1, max: 1000 })),
    queue_timeout: maybe(fc.double({ min: 0.5, max: 10, noNaN: true })),
    on_lost_attempt: fc.constantFrom('retry', 'fail'),
    on_truncated: fc.constantFrom('accept', 'fail'),
    output_retries: fc.integer({ min: 0, max: 3 }),
    cache: fc.integer({ min: 0, max: 2_592_000 }),
    scores: fc.constantFrom({}, { helpful: { type: 'boolean' as const, good: true } }),
    created: time,
    modified: time,
    tags: fc.constant<string[]>([]),
    revisions: fc.array(revision, { minLength: 1, maxLength: 4 }),
    weights: fc.array(weight, { minLength: 4, maxLength: 4 }),
  })
  .map(({ weights, ...task }) => {
    const onlyForText = task.output_modality === 'text' ? task.on_truncated : 'fail'
    const [first] = task.revisions
    if (first) first.test = false
    const real = task.revisions.filter(({ test }) => !test)
    const active_revisions = real.map(({ id }, at) => ({ task_revision_id: id, weight: weights[at] ?? 1 }))
    if (active_revisions[0]) active_revisions[0].weight += Number.MIN_VALUE
    if (task.output_modality === 'text') for (const each of task.revisions) each.output_format = null as never
    return { ...task, on_truncated: onlyForText, active_revisions }
  })

/** A file of one project with all that it can hold: some of its tasks and revisions bear some of its tags. */
export const arbitraryArchive: fc.Arbitrary<Archive> = fc
  .record({
    tasks: fc.uniqueArray(task, { maxLength: 3, selector: ({ name }) => name }),
    ofTasks: tags,
    ofRevisions: tags,
    picks: fc.infiniteStream(fc.boolean()),
  })
  .map(({ tasks, ofTasks, ofRevisions, picks }) => {
    // Each below another one, or none, in no order that would help.
    for (const all of [ofTasks, ofRevisions]) {
      for (const [at, tag] of all.entries()) if (picks.next().value) tag.parent_id = all[at + 1]?.id ?? null
    }
    const pick = (from: typeof ofTasks) => from.filter(() => picks.next().value).map((each) => each.id)
    for (const each of tasks) {
      each.tags = pick(ofTasks)
      for (const one of each.revisions) one.tags = pick(ofRevisions)
    }
    const archive = {
      models: [],
      tags: { task: ofTasks, task_revision: ofRevisions },
      tasks,
    } as unknown as TaskArchive
    const [org, project] = [newId(), newId()]
    return {
      splitrun_export: 1,
      projects: [{ ...archive, org: { id: org, name: 'Org' }, project: { id: project, name: 'Project' } }],
    }
  })
