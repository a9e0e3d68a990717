import assert from 'node:assert/strict'

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/g
const ESCAPED: Record<string, string> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' }

/** Reads Prometheus' text format, strictly: a line that is none, or a series that stands twice, fails. */
export function readExposition(text: string): Sample[] {
  const seen = new Set<string>()
  const samples: Sample[] = []
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# ')) continue
    const [, name = '', inside = '', value = ''] = LINE.exec(line) ?? assert.fail(`not a sample: ${line}`)
    const pairs = [...inside.matchAll(LABEL)]
    assert.equal(pairs.map(([whole]) => whole).join(''), inside, line)
    const labels = Object.fromEntries(
      pairs.map(([, label = '', escaped = '']) => [
        label,
        escaped.replace(/\\["\\n]/g, (each) => ESCAPED[each] ?? each),
      ]),
    )
    const key = `${name}${JSON.stringify(Object.entries(labels).sort())}`
    assert.ok(!seen.has(key), `twice: ${line}`)
    seen.add(key)
    samples.push({ name, labels, value: Number(value) })
  }
  return samples
}

/** The sum of all series of a name whose labels fit. */
export function sumOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0)
}
