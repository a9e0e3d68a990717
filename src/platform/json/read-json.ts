/**
 * Parses JSON whose names of members are strangers'. V8 may take the name of a member that is written with escapes for one
 * that it has met in an object which began alike, whoever sent that (nodejs/node#63785): `"gr\u00f6\u00dfe"`, as Python
 * writes it, for `gr\u0`. So none is parsed with its escapes.
 * @param parse how to parse; it is given the same JSON with other escapes
 * @throws what `parse` does
 */
export function readJson(text: string, parse: (text: string) => unknown = JSON.parse): unknown {
  // Ordinary texts cost one look for a backslash; others a second look at their strings.
  const escaped = text.includes('\\') ? escapedNames(text) : []
  if (escaped.length === 0) return parse(text)
  const mark = unusedIn([text, ...escaped.map(({ name }) => name)])
  const kept: string[] = []
  let [plain, at] = ['', 0]
  for (const { start, end, name } of escaped) {
    // What cannot be written without an escape goes by a name of its own, and gets its own back.
    const isPlain = JSON.stringify(name).length === name.length + 2
    plain += `${text.slice(at, start)}"${isPlain ? name : `${mark}${kept.push(name) - 1}`}"`
    at = end
  }
  const value = parse(plain + text.slice(at))
  return kept.length === 0 ? value : renamed(value, mark, kept)
}

interface EscapedName {
  /** Where its string begins and ends, quotes included. */
  readonly start: number
  readonly end: number
  readonly name: string
}

/** The names of members that are written with escapes. A text that is no JSON has some or none. */
function escapedNames(text: string): EscapedName[] {
  const found: EscapedName[] = []
  let slash = text.indexOf('\\')
  for (let start = text.indexOf('"'); start >= 0 && slash >= 0; ) {
    const end = endOfString(text, start)
    if (end < 0) break
    if (slash < start) slash = text.indexOf('\\', start)
    if (slash > start && slash < end && isName(text, end)) {
      const name = nameOf(text.slice(start, end))
      if (name !== null) found.push({ start, end, name })
    }
    start = text.indexOf('"', end)
  }
  return found
}

/** Behind the quote that ends the string which begins here; -1 where none does. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote
    while (text[before - 1] === '\\') before -= 1
    if ((quote - before) % 2 === 0) return quote + 1
  }
  return -1
}

const BLANK = ' \t\r\n'

function isName(text: string, end: number): boolean {
  let at = end
  while (at < text.length && BLANK.includes(text.charAt(at))) at += 1
  return text[at] === ':'
}

/** Null for what is no JSON, which is left as it is, to be refused. */
function nameOf(string: string): string | null {
  try {
    return JSON.parse(string) as string
  } catch {
    return null
  }
}

/** What none of these texts holds. It is short, whatever they hold, since it is written for each name. */
function unusedIn(texts: readonly string[]): string {
  const used = new Set<number>()
  for (const text of texts) {
    for (const [, number] of text.matchAll(/\uf8ff(\d+)\uf8fe/g)) used.add(Number(number))
  }
  let free = 0
  while (used.has(free)) free += 1
  return `\uf8ff${free}\uf8fe`
}

function renamed(value: unknown, mark: string, kept: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  // A number that stays as it is written (`JSON.rawJSON`) is an object without a prototype, which has no members of its own.
  if (Object.getPrototypeOf(value) === null) return value
  if (Array.isArray(value)) return value.map((each) => renamed(each, mark, kept))
  const nameOfKey = (key: string) =>
    key.startsWith(mark) ? (kept[Number(key.slice(mark.length))] ?? key) : key
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [nameOfKey(key), renamed(each, mark, kept)]),
  )
}
