import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type SimulatedModelOptions,
  startSimulatedModel,
} from '../../src/models/simulated/simulated-model.ts'
import type { Cleanup } from './system.ts'

/** How a model behaves, what it costs by the million tokens, and its limits as in the models file. */
export interface PricedModel extends SimulatedModelOptions {
  readonly price?: Readonly<Record<string, number>>
  readonly limits?: unknown
}

/** A models file with these names, each a simulated model of its own until the test ends. */
export async function writeModels(
  t: Cleanup,
  models: Readonly<Record<string, PricedModel>>,
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-models-'))
  t.after(() => rm(dir, { recursive: true }))
  const started = await Promise.all(
    Object.entries(models).map(async ([name, { price, limits, ...options }]) => {
      const model = await startSimulatedModel(options)
      t.after(() => model.close())
      return { name, price, limits, url: model.url }
    }),
  )
  const file = join(dir, 'models.json')
  const content = {
    servers: Object.fromEntries(started.map(({ name, url }) => [name, { base_url: url }])),
    models: started.map(({ name, price, limits }) => ({
      name,
      server: name,
      upstream_name: 'simulated-large',
      price,
      limits,
    })),
  }
  await writeFile(file, JSON.stringify(content))
  return file
}
