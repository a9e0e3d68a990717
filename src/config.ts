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

/** What Kubernetes writes into each container for a Service that is called `splitrun` or `splitrun-...`. */
const NAME_OF_LINK =
  /^SPLITRUN(_\w+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/
const VALUE_OF_LINK = /^(tcp|udp|sctp):\/\//

/** Also for a Service `splitrun-metrics`, whose SPLITRUN_METRICS_PORT bears the name of a setting. */
const isServiceLink = (name: string, value = ''): boolean =>
  NAME_OF_LINK.test(name) || (name.endsWith('_PORT') && VALUE_OF_LINK.test(value))

/** As it is signed with: to trim it would end all tokens that there are. */
const NEVER_TRIMMED: ReadonlySet<string> = new Set([SETTINGS.tokenSecret.name])

/** The value of a setting; undefined where it is not set. A line break at its end comes with many a file of secrets. */
function givenOf(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const given = isServiceLink(name, env[name]) ? undefined : env[name]
  const text = NEVER_TRIMMED.has(name) ? given : given?.trim()
  return text === '' && !NEVER_EMPTY.has(name) ? undefined : text
}

/**
 * Reads the configuration. This is the only place that looks at the environment.
 * @throws {ConfigError} that names every bad setting at once; a `SPLITRUN_` name that does not exist is
 *   refused with the nearest one that does.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const known = new Set<string>(Object.values(SETTINGS).map((each) => each.name))
  const problems: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('SPLITRUN_') || known.has(name) || name.startsWith('SPLITRUN_TEST_')) continue
    if (isServiceLink(name, value)) continue
    const nearest = [...known].reduce((best, each) =>
      distance(name, each) < distance(name, best) ? each : best,
    )
    problems.push(`${name} is not a setting; did you mean ${nearest}?`)
  }
  const config: Record<string, unknown> = {}
  for (const [key, { name, initial, schema }] of Object.entries(SETTINGS)) {
    const given = givenOf(name, env)
    if (given === '') {
      problems.push(`${name} is empty: set it, or unset it. Is a secret missing?`)
      continue
    }
    const result = schema.safeParse(given ?? initial ?? undefined)
    if (result.success) config[key] = result.data
    else problems.push(`${name}: ${result.error.issues.map((issue) => issue.message).join('; ')}`)
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return Object.freeze(config) as Config
}

/** A secret that a models file names by its environment variable, without a line break at its end. */
export function readSecret(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env[name]?.trim()
}

/** The environment for a process of our own: this one's, with settings laid over it. */
export function childEnvironment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...settings }
}
