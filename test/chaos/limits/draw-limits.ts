import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cleanup } from '../../support/system.ts'
import { diceFrom } from '../dice.ts'

/** The models of the simulated server, as chaos asks them. */
const NAMES = ['simulated-large', 'simulated-small'] as const
const SERVER = 'simulated'
/** Credits for a million tokens. */
const PRICE = { input: 3, cached_input: 1, output: 12 }

/** Limits of models and their server by chance: wide enough for all runs, narrow enough that some have to wait. */
export interface DrawnLimits {
  readonly server: Readonly<Record<string, number>>
  readonly models: Readonly<Record<string, unknown>>
}

/**
 * @param perMinute runs that are sent in a minute
 */
export function drawLimits(seed: number, perMinute: number): DrawnLimits {
  const dice = diceFrom(`${seed} limits`)
  const about = (least: number, most: number) => Math.ceil(dice.between(least, most))
  const rates = () => ({
    requests_per_minute: about(1.5 * perMinute + 60, 4 * perMinute + 120),
    tokens_per_minute: about(600 * perMinute + 60_000, 3000 * perMinute + 120_000),
  })
  const one = (): unknown =>
    dice
      .pick([
        { weight: 2, limits: () => rates() },
        { weight: 2, limits: () => ({ concurrent: about(12, 40) }) },
        { weight: 1, limits: () => ({ ...rates(), concurrent: about(12, 40) }) },
        { weight: 1, limits: () => 'auto' },
        { weight: 1, limits: () => undefined },
      ])
      .limits()
  return {
    models: Object.fromEntries(NAMES.map((name) => [name, one()])),
    server: dice.between(0, 2) < 1 ? { concurrent: about(25, 60) } : {},
  }
}

/** Writes the models file of a fleet: the same models as without one, with prices and limits. */
export async function writeLimitedModels(t: Cleanup, url: string, limits: DrawnLimits): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-chaos-models-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const server = { base_url: url, ...(Object.keys(limits.server).length > 0 && { limits: limits.server }) }
  const models = NAMES.map((name) => ({
    ...{ name, server: SERVER, price: PRICE, limits: limits.models[name] },
    ...{ output: name === 'simulated-large' ? 'json_schema' : 'json_object', supports_vision: true },
  }))
  const image = {
    name: 'simulated-image',
    server: SERVER,
    price: PRICE,
    output: 'none',
    supports_image_output: true,
  }
  const file = join(dir, 'models.json')
  await writeFile(file, JSON.stringify({ servers: { [SERVER]: server }, models: [...models, image] }))
  return file
}
