import { median } from './measure.ts'
import type { Pair, Side } from './pair.ts'
import type { Table } from './table.ts'

const FIGURES: readonly { name: string; digits: number; of: (side: Side) => number }[] = [
  { name: 'CPU s per 10,000', digits: 2, of: ({ cpuTotal }) => cpuTotal },
  { name: 'API', digits: 2, of: ({ cpu }) => cpu['api'] ?? 0 },
  { name: 'worker', digits: 2, of: ({ cpu }) => cpu['worker'] ?? 0 },
  { name: 'Redis', digits: 2, of: ({ cpu }) => cpu['redis'] ?? 0 },
  { name: 'runs/s', digits: 0, of: ({ rps }) => rps },
  { name: 'added p50 ms', digits: 2, of: ({ addedMs }) => addedMs },
  { name: 'commands a run', digits: 2, of: ({ commandsTotal }) => commandsTotal },
]
/** Commands that are rarer than one in so many runs are of clocks, not of runs. */
const RARE = 200

/** Both sides of each pass and their ratio, and the median of the ratios. */
export function pairTable(pairs: readonly Pair[]): Table {
  const ratio = ({ against, here }: Pair, of: (side: Side) => number) => of(here) / of(against)
  const shown = (side: Side) => FIGURES.map(({ of, digits }) => of(side).toFixed(digits))
  const ratios = (value: (of: (side: Side) => number) => number) =>
    FIGURES.map(({ of }) => value(of).toFixed(3))
  return {
    head: ['', ...FIGURES.map(({ name }) => name)],
    rows: [
      ...pairs.flatMap((pair, at) => [
        [`pass ${at + 1}: the other`, ...shown(pair.against)],
        [`pass ${at + 1}: this one`, ...shown(pair.here)],
        [`pass ${at + 1}: ratio`, ...ratios((of) => ratio(pair, of))],
      ]),
      ['median ratio', ...ratios((of) => median(pairs.map((pair) => ratio(pair, of))))],
    ],
  }
}

/** Commands of Redis for each run by their names, the most frequent first: medians of the passes. */
export function commandsTable(pairs: readonly Pair[]): Table {
  const of = (side: keyof Pair, name: string) => median(pairs.map((pair) => pair[side].commands[name] ?? 0))
  const names = new Set(
    pairs.flatMap(({ against, here }) => [...Object.keys(against.commands), ...Object.keys(here.commands)]),
  )
  const rows = [...names]
    .map((name) => ({ name, other: of('against', name), here: of('here', name) }))
    .filter(({ other, here }) => Math.max(other, here) >= 1 / RARE)
    .toSorted((a, b) => b.other - a.other)
  return {
    head: ['Redis commands a run', 'the other', 'this one'],
    rows: rows.map(({ name, other, here }) => [name, other.toFixed(2), here.toFixed(2)]),
  }
}
