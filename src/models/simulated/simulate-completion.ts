import { createHash } from 'node:crypto'

type Schema = Readonly<Record<string, unknown>>

const WORDS =
  'quiet river amber stone morning letter garden window silver paper north harbour gentle signal meadow lantern cedar early bridge copper'.split(
    ' ',
  )
const GOOD = /\b(good|great|love|loved|excellent|happy|fast|wonderful|perfect|amazing|thanks)\b/gi
const BAD = /\b(bad|terrible|hate|hated|awful|sad|slow|broken|poor|worst|angry|never)\b/gi

/** Numbers that depend on nothing but the text: the same request gets the same answer, in every process. */
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
 * An answer of the asked shape, or prose where no schema is given. Deterministic in `prompt`, which holds all
 * that was said to the model; an enum that knows "positive" and "negative" follows the prompt's words.
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
  // A nullable list or object is written as a choice, the shape first and null after it.
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
      // What is called so is a share of one nearly everywhere.
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

/** Makes an answer that parses but has the wrong shape: every first-level value becomes a list of lists. */
export function violateSchema(answer: string): string {
  const keys = Object.keys(JSON.parse(answer) as object)
  return JSON.stringify(Object.fromEntries(keys.map((key) => [key, [[null]]])))
}

/** A JSON Schema that stands as text in a prompt, for models that can only be asked in words. */
export function schemaInPrompt(prompt: string): Schema | null {
  for (const line of prompt.split('\n')) {
    if (!line.startsWith('{"type":"object"')) continue
    try {
      return JSON.parse(line) as Schema
    } catch {
      // A line that only looks like one.
    }
  }
  return null
}
