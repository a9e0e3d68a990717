const NAME = '[A-Za-z_][A-Za-z0-9_]*'
/** `{name}`, `{{name}}` or `{{ name }}`; any other brace is text. */
export const PLACEHOLDER = new RegExp(`\\{\\{[ \\t]*(${NAME})[ \\t]*\\}\\}|\\{(${NAME})\\}`, 'g')

export type Inputs = Readonly<Record<string, unknown>>

/** A prompt, read once: text, placeholder, text, placeholder, ..., text. */
export interface Prompt {
  /** One more than there are placeholders. */
  readonly texts: readonly string[]
  /** The name in each placeholder. */
  readonly names: readonly string[]
  /** How often each name stands in it. */
  readonly counts: ReadonlyMap<string, number>
  /** Characters of all texts together. */
  readonly textLength: number
}

/**
 * Reads a prompt. A backslash before a placeholder takes that for text, and is left out itself: `\{name}` writes
 * `{name}`. Two backslashes are two backslashes, and the placeholder after them is one; anywhere else a backslash is
 * text.
 * @param parameters the only names that are placeholders; absent: all names are
 */
export function readPrompt(text: string, parameters?: ReadonlySet<string>): Prompt {
  const texts: string[] = []
  const names: string[] = []
  const counts = new Map<string, number>()
  let before = ''
  let end = 0
  for (const match of text.matchAll(PLACEHOLDER)) {
    const name = match[1] ?? match[2] ?? ''
    if (parameters && !parameters.has(name)) continue
    if (isEscaped(text, match.index, end)) {
      before += text.slice(end, match.index - 1) + match[0]
    } else {
      texts.push(before + text.slice(end, match.index))
      names.push(name)
      counts.set(name, (counts.get(name) ?? 0) + 1)
      before = ''
    }
    end = match.index + match[0].length
  }
  texts.push(before + text.slice(end))
  return { texts, names, counts, textLength: texts.reduce((sum, each) => sum + each.length, 0) }
}

/** Whether an odd number of backslashes stands before `at`; none before `from` counts. */
export function isEscaped(text: string, at: number, from: number): boolean {
  let first = at
  while (first > from && text[first - 1] === '\\') first -= 1
  return (at - first) % 2 === 1
}

/** The names of the parameters in some prompts, each once, in the order they first appear. */
export function parametersOf(...prompts: string[]): string[] {
  return [...new Set(prompts.flatMap((prompt) => readPrompt(prompt).names))]
}

/** An input as it stands in a prompt: a string as it is, anything else as JSON. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/**
 * Puts inputs in the place of placeholders. What was put in is never looked at again, so an input cannot bring
 * placeholders of its own. A missing parameter is left as `{name}`: who renders has checked before that none is missing.
 */
export function renderPrompt({ texts, names, counts }: Prompt, inputs: Inputs): string {
  const values = new Map(
    [...counts.keys()].map((name) => [
      name,
      Object.hasOwn(inputs, name) ? textOf(inputs[name]) : `{${name}}`,
    ]),
  )
  let rendered = texts[0] ?? ''
  for (const [at, name] of names.entries()) rendered += (values.get(name) ?? '') + (texts[at + 1] ?? '')
  return rendered
}

/**
 * How many characters prompts would have with these inputs, without making them: a prompt that repeats a placeholder
 * multiplies its input. Missing parameters count nothing.
 */
export function renderedLength(prompts: readonly Prompt[], inputs: Inputs): number {
  let length = 0
  for (const { counts, textLength } of prompts) {
    length += textLength
    for (const [name, count] of counts) {
      if (Object.hasOwn(inputs, name)) length += count * textOf(inputs[name]).length
    }
  }
  return length
}

/** Whether all of these prompts would be white space with these inputs. */
export function wouldBeBlank(prompts: readonly Prompt[], inputs: Inputs): boolean {
  return prompts.every(
    ({ texts, counts }) =>
      !texts.some((text) => /\S/.test(text)) &&
      ![...counts.keys()].some((name) => !Object.hasOwn(inputs, name) || /\S/.test(textOf(inputs[name]))),
  )
}

/** The parameters that the inputs do not hold. */
export function missingParameters(parameters: readonly string[], inputs: Inputs): string[] {
  return parameters.filter((name) => !Object.hasOwn(inputs, name))
}
