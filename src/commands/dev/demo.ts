import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Core } from '../../compose/compose-core.ts'
import { createTask } from '../../tasks/create-task.ts'
import { createTaskSchema } from '../../tasks/task-input.ts'
import { updateTask } from '../../tasks/update-task.ts'
import { hashSecret } from '../../tenancy/secret.ts'
import { PROJECT_SCOPES } from '../../tenancy/tenant.ts'

/** What `.splitrun/dev.json` holds: all that a script needs to use the demo. */
export interface Demo {
  readonly url: string
  readonly admin_token: string
  readonly org_id: string
  readonly project_id: string
  readonly token: string
  /** There is no photo task where no model can see. */
  readonly tasks: Readonly<Record<Exclude<DemoName, 'photo'>, string> & { photo?: string }>
}
type DemoName = 'sentiment' | 'photo' | 'summary'

const REVIEW = 'Classify the sentiment of this text:\n\n{text}'

/** What its tasks are, by their names: examples in the documents run them. */
export const DEMO_TASKS: Record<DemoName, Record<string, unknown>> = {
  sentiment: {
    description: 'The sentiment of a text; two revisions share its traffic 70 to 30.',
    system_prompt: 'You classify texts. Be exact and brief.',
    user_prompt: REVIEW,
    output_format: {
      sentiment: {
        type: 'string',
        options: ['positive', 'neutral', 'negative'],
        description: 'Overall sentiment',
      },
      confidence: { type: 'number', description: 'Between 0 and 1' },
      topics: { type: 'list', item_type: 'string', description: 'What the text is about' },
    },
  },
  photo: {
    description: 'Describes a photo.',
    system_prompt: 'You describe photos for people who cannot see them.',
    user_prompt: 'Describe this photo.',
    image_required: true,
    output_format: {
      title: 'string',
      description: { type: 'string', description: 'Two sentences at most' },
      objects: { type: 'list', item_type: 'object', nested_structure: { name: 'string', count: 'integer' } },
    },
  },
  summary: {
    description: 'Summarises a text for an audience, as plain text.',
    output_modality: 'text',
    system_prompt: 'You summarise texts for {audience}, in {language}.',
    user_prompt: 'Summarise in at most {sentences} sentences:\n\n{text}',
  },
}

/** Makes sure that there is a demo organisation with a project, a key and tasks whose models exist; keeps what is there. */
export async function ensureDemo(
  core: Core,
  url: string,
  adminToken: string,
): Promise<{ demo: Demo; isNew: boolean }> {
  const known = await readDemo(core.config.dataDir)
  const project = known && (await core.tenants.project(known.project_id))
  const valid = known && project && (await core.apiKeys.find(hashSecret(known.token)))
  const demo = valid ? { ...known, url, admin_token: adminToken } : await createDemo(core, url, adminToken)
  await keepModels(core, demo)
  await mkdir(core.config.dataDir, { recursive: true, mode: 0o700 })
  await writeFile(fileOf(core.config.dataDir), `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 })
  await writeFile(join(core.config.dataDir, 'dev.env'), toShellVariables(demo), { mode: 0o600 })
  return { demo, isNew: !valid }
}

const fileOf = (dataDir: string): string => join(dataDir, 'dev.json')

export async function readDemo(dataDir: string): Promise<Demo | null> {
  return readFile(fileOf(dataDir), 'utf8').then(
    (text) => JSON.parse(text) as Demo,
    () => null,
  )
}

/** The same for a shell: `. .splitrun/dev.env` sets the variables that the documents use. */
function toShellVariables({ url, org_id, project_id, token, admin_token, tasks }: Demo): string {
  const variables = {
    URL: url,
    API: `${url}/api/v1/org/${org_id}/project/${project_id}`,
    TOKEN: token,
    ADMIN: admin_token,
    PROJECT: project_id,
    SENTIMENT: tasks.sentiment,
    ...(tasks.photo ? { PHOTO: tasks.photo } : {}),
    SUMMARY: tasks.summary,
  }
  const lines = Object.entries(variables).map(
    ([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`,
  )
  return lines.join('')
}

/** A new administrator's token, for a first start that was given none. */
export const newAdminToken = (): string => `sr_admin_${randomBytes(24).toString('base64url')}`

/** Who changes the demo's tasks, in their histories. */
const BY = 'demo'

async function createDemo(core: Core, url: string, adminToken: string): Promise<Demo> {
  const org = await core.tenants.createOrganisation('Demo')
  const project = org && (await core.tenants.createProject(org.id, 'Demo'))
  if (!project) throw new Error('a fresh id was taken')
  const key = await core.apiKeys.create(project, { name: 'demo', scopes: PROJECT_SCOPES, expires: null })
  if (!key) throw new Error('a fresh id was taken')
  const owner = { org: project.org_id, project: project.id, by: BY }
  const schema = createTaskSchema(core.limits)
  const tasks: Partial<Record<DemoName, string>> = {}
  for (const [name, fields] of Object.entries(DEMO_TASKS)) {
    const llm_model_id = firstModel(core, fields)
    if (!llm_model_id) continue
    const input = schema.parse({ name, enabled: true, llm_model_id, ...fields })
    const { task, revisions } = await createTask(core, owner, input)
    tasks[name as DemoName] = task.id
    if (name === 'sentiment') await addChallenger(core, owner.project, task.id, revisions[0]?.id ?? '')
  }
  return {
    url,
    admin_token: adminToken,
    org_id: owner.org,
    project_id: owner.project,
    token: key.secret,
    tasks: tasks as Demo['tasks'],
  }
}

async function addChallenger(core: Core, project: string, task: string, first: string): Promise<void> {
  const input = { system_prompt: 'You are a careful linguist. Weigh every word before you decide.' }
  const { revisions } = await updateTask(core, { project, task, by: BY }, input)
  const active = [
    { task_revision_id: first, weight: 70 },
    { task_revision_id: revisions[0]?.id ?? '', weight: 30 },
  ]
  await updateTask(core, { project, task, by: BY }, { active_revisions: active })
}

/** Null where no model can do what the task needs. */
function firstModel(core: Core, fields: Record<string, unknown>): string | null {
  const models = core.models.list({ includeRetired: false })
  if (models.length === 0) throw new Error('no model is configured')
  return models.find((model) => !fields['image_required'] || model.supportsVision)?.id ?? null
}

/** After a change of models, the demo's tasks go on with one that exists, in new revisions with the same shares. */
async function keepModels(core: Core, demo: Demo): Promise<void> {
  for (const [name, task] of Object.entries(demo.tasks)) {
    const stored = await core.tasks.read(demo.project_id, task)
    const owner = { project: demo.project_id, task, by: BY }
    const active = []
    let changed = false
    for (const share of stored?.task.active_revisions ?? []) {
      const revision = await core.tasks.revision(demo.project_id, share.task_revision_id)
      const llm_model_id = firstModel(core, DEMO_TASKS[name as DemoName])
      if (!revision || core.models.find(revision.llm_model_id) || !llm_model_id) {
        active.push(share)
        continue
      }
      const { system_prompt, user_prompt } = revision
      const { revisions } = await updateTask(core, owner, { system_prompt, user_prompt, llm_model_id })
      active.push({ ...share, task_revision_id: revisions[0]?.id ?? share.task_revision_id })
      changed = true
    }
    if (changed) await updateTask(core, owner, { active_revisions: active })
  }
}
