import { hash } from 'node:crypto'

/** `{name}` or `{{name}}`; any other brace is plain text. */
const PLACEHOLDER = /\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/** The names of the parameters in some prompts, each once, in the order they first appear. */
export function parametersOf(...prompts: string[]): string[] {
  const names = prompts.flatMap((prompt) =>
    [...prompt.matchAll(PLACEHOLDER)].map((match) => match[1] ?? match[2] ?? ''),
  )
  return [...new Set(names)]
}

/**
 * Replaces placeholders by inputs: strings as they are, anything else as JSON. A placeholder within an input is not
 * replaced. A placeholder without an input stays in the text: callers check for missing parameters first.
 */
export function renderPrompt(prompt: string, inputs: Readonly<Record<string, unknown>>): string {
  return prompt.replace(PLACEHOLDER, (text, double: string | undefined, single: string | undefined) => {
    const name = double ?? single ?? ''
    if (!Object.hasOwn(inputs, name)) return text
    const value = inputs[name]
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

/** The parameters that the inputs lack. */
export function missingParameters(
  parameters: readonly string[],
  inputs: Readonly<Record<string, unknown>>,
): string[] {
  return parameters.filter((name) => !Object.hasOwn(inputs, name))
}

/** SHA-256 (hexadecimal) of the rendered prompts, so that they can be audited without being stored. */
export function hashPrompts(system: string, user: string): string {
  return hash('sha256', `${system.length}:${system}${user}`)
}
