import { newId } from '../../src/platform/ids.ts'
import { createTask } from '../../src/tasks/create-task.ts'
import { createTagStore } from '../../src/tasks/tags/tag-store.ts'
import type { CreateTaskInput, UpdateTaskInput } from '../../src/tasks/task-input.ts'
import { taskKeys } from '../../src/tasks/task-layout.ts'
import { createTaskStore, type TaskStoreOptions } from '../../src/tasks/task-store.ts'
import { updateTask } from '../../src/tasks/update-task.ts'
import type { System } from './system.ts'

/** A small task; all that are made of these fields alone take the same. */
export const smallTask = (): CreateTaskInput => ({
  ...{ name: `task ${newId()}`, enabled: true, system_prompt: 'You answer.', user_prompt: 'Say {text}.' },
  ...{ llm_model_id: 'simulated-large', output_modality: 'text' },
})

/** A project of its own in a system, with stores of its own whose bounds are other ones than the system's. */
export async function boundedTasks(system: System, bounds: Partial<TaskStoreOptions>) {
  const { core } = system
  const path = (await system.createProject()).project.split('/')
  const [org = '', project = ''] = path.filter((part) => part.length === 36)
  const owner = { org, project, by: 'test' }
  const keys = taskKeys(project)

  /** What use cases need, with yet other bounds. */
  const depsWith = (more: Partial<TaskStoreOptions> = {}) => {
    const options = { ...core.config, ...bounds, ...more }
    const stores = { tasks: createTaskStore(core.redis, options), tags: createTagStore(core.redis, options) }
    return { models: core.models, limits: core.limits, ...stores }
  }
  const deps = depsWith()
  const size = async () => (await deps.tasks.measureImport(project, { tags: [], tasks: [] })).here.bytes
  return {
    ...{ owner, project, keys, deps, depsWith, size },
    create: async (fields: Partial<CreateTaskInput> = {}, more?: Partial<TaskStoreOptions>) =>
      (await createTask(more ? depsWith(more) : deps, owner, { ...smallTask(), ...fields })).task,
    update: (task: string, input: UpdateTaskInput, more?: Partial<TaskStoreOptions>) =>
      updateTask(more ? depsWith(more) : deps, { project, task, by: 'test' }, input),
    remove: (task: string) => deps.tasks.remove(project, task, null),
    /** What is counted when everything is counted from what is there. */
    async countedAnew(): Promise<number> {
      await core.redis.del(keys.taskSizes)
      return size()
    },
  }
}
