import { readPrompt } from './prompt.ts'

/**
 * What looks like a placeholder and is text: between braces, what is no name here (`{{user.name}}`, `{first name}`,
 * `{{name|upper}}`), or a name with blanks between single braces. Nothing in quotes, so no JSON.
 */
const LOOKALIKE = /\{{1,3}[ \t]*[#/^&>]?[\p{L}_][\p{L}\p{N}_.\-| \t]{0,60}\}{1,3}/gu
/** As placeholders are written: where text has one, it was escaped. */
const ESCAPED = /^(\{\{[ \t]*\w+[ \t]*\}\}|\{\w+\})$/

/** More of them tell nothing new. */
const MOST = 10

/** What in some prompts looks like a mistyped placeholder, each once, as it is written. */
export function lookalikesIn(...prompts: string[]): string[] {
  const found = new Set<string>()
  for (const text of prompts.flatMap((prompt) => readPrompt(prompt).texts)) {
    for (const [match] of text.matchAll(LOOKALIKE)) {
      if (!ESCAPED.test(match)) found.add(match)
      if (found.size === MOST) return [...found]
    }
  }
  return [...found]
}
