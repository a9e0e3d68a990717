import { setTimeout as pause } from 'node:timers/promises'
import { type Core, composeCore } from '../../src/compose/compose-core.ts'
import { readConfig } from '../../src/config.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { PROJECT_SCOPES } from '../../src/tenancy/tenant.ts'
import type { Cleanup } from '../support/system.ts'
import { acceptedIds, unfinished } from './audit.ts'
import type { CallerOptions, Sightings } from './caller.ts'
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts'
import { FRUGAL, type SetBudgets } from './limits/set-budgets.ts'
import type { SentFile } from './sent-file.ts'

export interface StageTask {
  readonly id: string
  /** What its runs need; null for nothing. */
  readonly file: SentFile | null
  /** Whether its runs may be refused because its budget is spent. */
  readonly frugal: boolean
}

/** A fleet with a project in it, callers for that project, and a look behind the scenes. */
export interface Stage {
  readonly fleet: Fleet
  /** This process's own view of the store, for the audit: it changes nothing. */
  readonly core: Core
  readonly projectId: string
  /** One answers JSON, one plain text, one looks at images, one reads documents, two answer with files. */
  readonly tasks: readonly StageTask[]
  readonly callers: CallerOptions
  readonly sightings: Sightings
  /**
   * Waits until `isDone` says so and every run has ended, at most so many ms. The callers give up then.
   * @throws when `signal` fires
   */
  untilAllEnded(isDone: () => boolean, patienceMs: number, signal: AbortSignal): Promise<void>
  /** What each process wrote, by its name. */
  logs(): ReadonlyMap<string, string>
}

/** @param setBudgets where its project has budgets and limits: sets them, once its tasks are there */
export async function setStage(t: Cleanup, options: FleetOptions, setBudgets?: SetBudgets): Promise<Stage> {
  const fleet = await startFleet(t, options)
  const core = await composeCore(readConfig(fleet.env), silentLogger())
  t.after(() => core.lifecycle.close())
  const org = await core.tenants.createOrganisation('Chaos')
  const project = org && (await core.tenants.createProject(org.id, 'Chaos'))
  if (!project) throw new Error('a fresh id was taken')
  const key = await core.apiKeys.create(project, { name: 'chaos', scopes: PROJECT_SCOPES, expires: null })
  if (!key) throw new Error('a fresh id was taken')
  const path = `/org/${project.org_id}/project/${project.id}`
  const tasks = await createTasks(fleet, path, key.secret, setBudgets !== undefined)
  await setBudgets?.(core, { project: project.id, key: key.credential.id, tasks })
  const sightings: Sightings = {
    answers: [],
    unexpected: [],
    hung: [],
    broken: [],
    watched: 0,
    refused: 0,
    spent: 0,
  }
  const enough = new AbortController()
  t.after(() => enough.abort())
  return {
    fleet,
    core,
    projectId: project.id,
    tasks,
    callers: { fleet, project: path, token: key.secret, sightings, signal: enough.signal },
    sightings,
    async untilAllEnded(isDone, patienceMs, signal) {
      const late = Date.now() + patienceMs
      // The callers are done when their runs are; a run that no caller knows of is looked for in the store.
      const isOver = async (): Promise<boolean> =>
        isDone() && (await unfinished(core, await acceptedIds(core, project.id, sightings))).length === 0
      while (Date.now() < late && !(await isOver())) await pause(200, undefined, { signal })
      enough.abort()
    },
    logs: () =>
      new Map(
        [...fleet.apis, ...fleet.workers].flatMap((member) =>
          member.logs().map((text, life) => [`${member.name}, life ${life + 1}`, text] as const),
        ),
      ),
  }
}

function createTasks(
  { apis }: Fleet,
  project: string,
  token: string,
  withFrugal: boolean,
): Promise<StageTask[]> {
  const prompts = { system_prompt: 'You answer.', user_prompt: 'Say something about {text}.' }
  const llm_config = { temperature: 0.2, top_p: 0.9, max_tokens: 5000, frequency_penalty: 0.1 }
  const base = { enabled: true, ...prompts, llm_config }
  const format = { answer: 'string', score: 'number' }
  const tasks = [
    { ...base, name: 'json', llm_model_id: 'simulated-large', output_format: format },
    { ...base, name: 'text', llm_model_id: 'simulated-small', output_modality: 'text' },
    { ...base, name: 'photo', llm_model_id: 'simulated-large', output_format: format, image_required: true },
    {
      ...{ ...base, name: 'letter', llm_model_id: 'simulated-small', output_modality: 'text' },
      user_prompt: 'Say something about {text}, and answer {letter}.',
      input_processors: [{ param_name: 'letter', input_processor: 'document_content_extractor' }],
    },
    {
      ...{ ...base, name: 'table', llm_model_id: 'simulated-large', output_modality: 'csv' },
      output_format: { name: 'string', price: 'number' },
    },
    { ...base, llm_config: {}, name: 'picture', llm_model_id: 'simulated-image', output_modality: 'image' },
    ...(withFrugal ? [{ ...base, ...FRUGAL, llm_model_id: 'simulated-small', output_modality: 'text' }] : []),
  ]
  return Promise.all(
    tasks.map(async (task) => {
      const answer = await fetch(`${apis[0]?.url()}/api/v1${project}/task`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(task),
      })
      const { id } = (await answer.json()) as { id?: string }
      if (!id) throw new Error(`no task: ${answer.status}`)
      const file = 'image_required' in task ? 'photo' : 'input_processors' in task ? 'letter' : null
      return { id, file, frugal: task.name === FRUGAL.name }
    }),
  )
}
