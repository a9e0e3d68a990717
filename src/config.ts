import { distance } from 'fastest-levenshtein'
import { SETTINGS, type Setting } from './settings.ts'

export { describeSettings } from './settings.ts'

/** The whole configuration of a process: validated, frozen, times in seconds and sizes in bytes. */
export type Config = {
  readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never
}

/**
 * Refused when it is empty, as with a secret that is missing: another Redis would be used in silence. Of all others, an
 * empty one is as if it were unset.
 */
const NEVER_EMPTY: ReadonlySet<string> = new Set([SETTINGS.redisUrl.name])

/** What is wrong with the environment, for a person. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads the configuration. This is the only place that looks at the environment.
 * @throws {ConfigError} that names every bad setting at once; a `SPLITRUN_` name that does not exist is
 *   refused with the nearest one that does.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const known = new Set<string>(Object.values(SETTINGS).map((each) => each.name))
  const problems: string[] = []
  for (const name of Object.keys(env)) {
    if (!name.startsWith('SPLITRUN_') || known.has(name) || name.startsWith('SPLITRUN_TEST_')) continue
    const nearest = [...known].reduce((best, each) =>
      distance(name, each) < distance(name, best) ? each : best,
    )
    problems.push(`${name} is not a setting; did you mean ${nearest}?`)
  }
  const config: Record<string, unknown> = {}
  for (const [key, { name, initial, schema }] of Object.entries(SETTINGS)) {
    const given = env[name]
    if (given?.trim() === '' && NEVER_EMPTY.has(name)) {
      problems.push(`${name} is empty: set it, or unset it. Is a secret missing?`)
      continue
    }
    const result = schema.safeParse(given === undefined || given === '' ? (initial ?? undefined) : given)
    if (result.success) config[key] = result.data
    else problems.push(`${name}: ${result.error.issues.map((issue) => issue.message).join('; ')}`)
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return Object.freeze(config) as Config
}

/** A secret that a models file names by its environment variable. */
export function readSecret(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env[name]
}

/** The environment for a process of our own: this one's, with settings laid over it. */
export function childEnvironment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...settings }
}
