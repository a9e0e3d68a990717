/** An input processor as it is typed. */
export interface ProcessorRow {
  readonly param: string
  readonly processor: string
  /** JSON. */
  readonly config: string
  /** All members as they are stored; those above are laid over them. */
  readonly entry: Readonly<Record<string, unknown>>
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The rows of a field of a draft; null where it holds something that is no list of processors, to be typed by hand. */
export function rowsOf(text: string): readonly ProcessorRow[] | null {
  if (text.trim() === '') return []
  try {
    const entries: unknown = JSON.parse(text)
    if (!Array.isArray(entries) || !entries.every(isObject)) return null
    return entries.map((entry) => ({
      param: textOf(entry['param_name']),
      processor: textOf(entry['input_processor']),
      config: JSON.stringify(entry['config'] ?? {}, null, 2),
      entry,
    }))
  } catch {
    return null
  }
}

/**
 * The field of a draft that rows come to: as the server has it where all is JSON, so that what is changed back is as it
 * was; else what is typed, which is refused by its name when it is saved.
 */
export function textOfRows(rows: readonly ProcessorRow[]): string {
  if (rows.length === 0) return ''
  const entries = rows.map(({ entry, param, processor, config }) => {
    const { config: _, ...members } = entry
    const before = JSON.stringify({ ...members, param_name: param, input_processor: processor }).slice(0, -1)
    return `${before},"config":${config.trim() === '' ? '{}' : config}}`
  })
  const text = `[${entries.join(',')}]`
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
