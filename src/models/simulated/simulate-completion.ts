import { createHash } from 'node:crypto'

type Schema = Readonly<Record<string, unknown>>

const WORDS =
  'quiet river amber stone morning letter garden window silver paper north harbour gentle signal meadow lantern cedar early bridge copper'.split(
    ' ',
  )
const GOOD = /\b(good|great|love|loved|excellent|happy|fast|wonderful|perfect|amazing|thanks)\b/gi
const BAD = /\b(bad|terrible|hate|hated|awful|sad|slow|broken|poor|worst|angry|never)\b/gi

/** Random numbers in [0, 1) that depend only on the text: the same request gets the same completion in every process. */
export function drawsFrom(text: string): () => number {
  const digest = createHash('sha256').update(text).digest()
  let state = digest.readUInt32LE(0)
  // mulberry32, by Tommy Ettinger: small, fast, and good enough to look random.
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * The text of a completion: JSON that matches the schema, or prose without one. It depends only on the schema and on
 * `prompt`, which has all messages. For an enum with "positive" and "negative", the words of the prompt decide.
 */
export function simulateCompletion(prompt: string, schema: Schema | null): string {
  const draw = drawsFrom(prompt + JSON.stringify(schema))
  if (!schema) return `This is a simulated answer: ${words(draw, 12 + Math.floor(draw() * 20))}.`
  return JSON.stringify(valueFor(schema, '', prompt, draw))
}

function words(draw: () => number, count: number): string {
  return Array.from({ length: count }, () => WORDS[Math.floor(draw() * WORDS.length)]).join(' ')
}

function valueFor(schema: Schema, key: string, prompt: string, draw: () => number): unknown {
  // Nullable lists and objects are `anyOf`, with the shape first and null after it.
  const choices = schema['anyOf'] as Schema[] | undefined
  if (choices?.[0]) return valueFor(choices[0], key, prompt, draw)
  const options = schema['enum'] as unknown[] | undefined
  if (options) return pick(options, prompt, draw)
  const types = [schema['type']].flat()
  switch (types[0]) {
    case 'object': {
      const properties = (schema['properties'] ?? {}) as Record<string, Schema>
      return Object.fromEntries(
        Object.entries(properties).map(([name, inner]) => [name, valueFor(inner, name, prompt, draw)]),
      )
    }
    case 'array': {
      const items = (schema['items'] ?? { type: 'string' }) as Schema
      return Array.from({ length: 1 + Math.floor(draw() * 3) }, () => valueFor(items, key, prompt, draw))
    }
    case 'integer':
      return Math.floor(draw() * 100)
    case 'number':
      // Values with these names are nearly always between 0 and 1.
      return /score|confidence|probability/i.test(key)
        ? Math.round(draw() * 100) / 100
        : Math.round(draw() * 10_000) / 100
    case 'boolean':
      return draw() < 0.5
    default:
      return words(draw, 2 + Math.floor(draw() * 4))
  }
}

function pick(options: readonly unknown[], prompt: string, draw: () => number): unknown {
  const mood = (prompt.match(GOOD)?.length ?? 0) - (prompt.match(BAD)?.length ?? 0)
  const wanted = mood > 0 ? 'positive' : mood < 0 ? 'negative' : 'neutral'
  if (options.includes('positive') && options.includes(wanted)) return wanted
  return options[Math.floor(draw() * options.length)]
}

/** Makes JSON of the wrong shape: every value of the first level becomes a list of lists. */
export function violateSchema(json: string): string {
  const keys = Object.keys(JSON.parse(json) as object)
  return JSON.stringify(Object.fromEntries(keys.map((key) => [key, [[null]]])))
}

/**
 * Finds the JSON Schema in the text of a prompt, where it is for models that support no schema; null when there is
 * none.
 */
export function schemaInPrompt(prompt: string): Schema | null {
  for (const line of prompt.split('\n')) {
    if (!line.startsWith('{"type":"object"')) continue
    try {
      return JSON.parse(line) as Schema
    } catch {
      // A line that only looks like a schema.
    }
  }
  return null
}
