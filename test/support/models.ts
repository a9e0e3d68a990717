import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type SimulatedModelOptions,
  startSimulatedModel,
} from '../../src/models/simulated/simulated-model.ts'
import type { Cleanup } from './system.ts'

/** How a model behaves, and what it costs by the million tokens. */
export interface PricedModel extends SimulatedModelOptions {
  readonly price: { readonly input: number; readonly output: number }
}

/** A models file with these names, each a simulated model of its own until the test ends. */
export async function writeModels(
  t: Cleanup,
  models: Readonly<Record<string, PricedModel>>,
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-models-'))
  t.after(() => rm(dir, { recursive: true }))
  const started = await Promise.all(
    Object.entries(models).map(async ([name, { price, ...options }]) => {
      const model = await startSimulatedModel(options)
      t.after(() => model.close())
      return { name, price, url: model.url }
    }),
  )
  const file = join(dir, 'models.json')
  const content = {
    servers: Object.fromEntries(started.map(({ name, url }) => [name, { base_url: url }])),
    models: started.map(({ name, price }) => ({
      name,
      server: name,
      upstream_name: 'simulated-large',
      price,
    })),
  }
  await writeFile(file, JSON.stringify(content))
  return file
}
