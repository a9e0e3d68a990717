import type { SimulatedModelOptions } from '../../src/models/simulated/simulated-model.ts'
import { writeModels } from './models.ts'
import { ADMIN_TOKEN, type Cleanup, startSystem, until } from './system.ts'

/** One credit a day, and no more. */
export const HARD = { name: 'hard', credits: 1, per: 'day', mode: 'hard' }

/** A system with one model that costs a thousand credits a million tokens, and a task of it. */
export async function startPriced(t: Cleanup, workers = 1, behaviour: SimulatedModelOptions = {}) {
  const file = await writeModels(t, { dear: { price: { input: 1000, output: 1000 }, ...behaviour } })
  // What a test spends past the totals, a round of the janitor would set right before anybody asks.
  const env = { SPLITRUN_MODELS_FILE: file, SPLITRUN_JANITOR_INTERVAL: '3600s' }
  const system = await startSystem(t, { env, workers })
  const task = await system.createTask({ llm_model_id: 'dear', llm_config: { max_tokens: 60 } })
  const id = system.project.split('/')[4] ?? ''
  const set = (budgets: object[], token = ADMIN_TOKEN) =>
    system.call('POST', `${system.project}/budget`, { budgets }, { token })
  const get = async () => (await system.call('GET', '/budget')).body
  const run = (query = '') => system.call('POST', `/task/${task}/run${query}`, { task_input: { text: 'x' } })
  /** Every process knows of a change within a second. */
  const known = () =>
    until(async () => (await system.core.budgets.about(id, { task, payer: null })).length > 0)
  return { system, task, id, set, get, run, known }
}
