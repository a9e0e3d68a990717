import { newId } from '../../src/platform/ids.ts'
import type { ArchivedTask } from '../../src/tasks/archive/task-archive.ts'
import type { Archive } from '../../src/transfer/archive.ts'

const TIME = '2026-01-15T09:00:00.000Z'

/** A task in a file, of one revision that has all the traffic. `fields` are the revision's. */
export function archivedTask(
  ids: { id?: string; revision?: string; name?: string } = {},
  fields: Partial<ArchivedTask['revisions'][number]> = {},
): ArchivedTask {
  const { id = newId(), revision = newId() } = ids
  return {
    ...{
      id,
      name: ids.name ?? `task ${id}`,
      alias: null,
      description: '',
      enabled: true,
      output_modality: 'json' as const,
      public: false,
    },
    ...{ exposed_to_agents: false, task_run_visibility: 'owner_only' as const, timeout: null },
    ...{ queue_timeout: null, on_lost_attempt: 'retry' as const, on_truncated: 'fail' as const },
    ...{ output_retries: 1, cache: 0, scores: {}, created: TIME, modified: TIME },
    active_revisions: [{ task_revision_id: revision, weight: 1 }],
    tags: [],
    revisions: [
      {
        ...{ id: revision, created: TIME, test: false, annotation: null, system_prompt: 'You answer.' },
        ...{ user_prompt: 'About {text}.', llm_model_id: 'simulated-large', llm_config: null },
        ...{ output_format: { answer: 'string' }, image_required: false, optimise_images: true },
        ...{ input_processors: null, rag: null, task_forwarder_id: null, fallback_llm_model_id: null },
        ...{ fallback_llm_config: null, tags: [], ...fields },
      },
    ],
  }
}

interface ArchivedTag {
  readonly id: string
  readonly name: string
  readonly parent_id?: string | null
}

/** A file of one project. */
export function archiveOf(
  { org = newId(), project = newId() },
  tasks: readonly ArchivedTask[],
  tags: Partial<Record<'task' | 'task_revision', readonly ArchivedTag[]>> = {},
): Archive {
  const dated = (of: readonly ArchivedTag[] = []) =>
    of.map(({ id, name, parent_id = null }) => ({ id, name, parent_id, created: TIME, modified: TIME }))
  return {
    splitrun_export: 1,
    projects: [
      {
        org: { id: org, name: 'Org' },
        project: { id: project, name: 'Project' },
        models: [],
        tags: { task: dated(tags.task), task_revision: dated(tags.task_revision) },
        tasks: [...tasks],
      },
    ],
  }
}
