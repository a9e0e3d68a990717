import type { Model, ModelParameters } from '../model.ts'
import { type RequestRules, usualRules } from '../request-rules.ts'

/** The rules of requests to a model. */
export const rulesOf = ({ rules, server }: Model): RequestRules => rules ?? usualRules(server.baseUrl)

/** The parameters that a model really gets: without those that it refuses, which its configuration says. */
export function usedParameters(model: Model, parameters: ModelParameters): ModelParameters {
  const { dropped } = rulesOf(model)
  if (dropped.length === 0) return parameters
  const keep = <T extends object>(members: T) =>
    Object.fromEntries(Object.entries(members).filter(([name]) => !dropped.includes(name)))
  const { extra, ...rest } = keep(parameters) as ModelParameters
  return extra ? { ...rest, extra: keep(extra) } : rest
}

/**
 * Parameters as members of a request: what the configuration adds, then `extra` as it is, then those of `llm_config`
 * under the names that the server knows.
 * @param names of a protocol that spells parameters in another way; what the configuration renames goes before them
 */
export function toMembers(
  model: Model,
  parameters: ModelParameters,
  names: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const { added, renamed } = rulesOf(model)
  const { extra, ...rest } = usedParameters(model, parameters)
  const members: Record<string, unknown> = { ...added, ...extra }
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue
    // One parameter has two names: the one that is added must not stand beside the one that is asked for. To delete what
    // is not there would make the object slow all the same.
    if (name in members) delete members[name]
    members[names[name] ?? renamed[name] ?? name] = value
  }
  return members
}
