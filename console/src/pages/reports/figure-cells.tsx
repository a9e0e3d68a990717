import { count, credits, duration } from '../../parts/figures.ts'
import { RunsLink } from './runs-link.tsx'
import type { Figures } from './use-reports.ts'

/** The heads of the columns that `FigureCells` fills. */
export const FigureHeads = () =>
  ['Runs', 'Succeeded', 'Failed', 'Tokens in', 'Tokens out', 'Credits', 'p50', 'p90', 'p99'].map((head) => (
    <th scope="col" key={head} className="number">
      {head}
    </th>
  ))

interface FigureCellsProps {
  readonly figures: Figures
  /** The filters of the runs that they are on. */
  readonly search: Readonly<Record<string, string | undefined>>
}

/** What runs came to, each figure with a way to its runs. */
export function FigureCells({ figures, search }: FigureCellsProps) {
  const { runs, succeeded, failed, input_tokens, output_tokens } = figures
  const time = (ms: number | null) =>
    ms === null ? (
      '—'
    ) : (
      <RunsLink runs={runs} search={{ ...search, min_ms: String(Math.floor(ms)) }}>
        {duration(ms)}
      </RunsLink>
    )
  const cells = {
    runs: (
      <RunsLink runs={runs} search={search}>
        {count(runs)}
      </RunsLink>
    ),
    succeeded: (
      <RunsLink runs={succeeded} search={{ ...search, status: 'succeeded' }}>
        {count(succeeded)}
      </RunsLink>
    ),
    failed: (
      <RunsLink runs={failed} search={{ ...search, status: 'failed' }}>
        {count(failed)}
      </RunsLink>
    ),
    input: (
      <RunsLink runs={input_tokens} search={search}>
        {count(input_tokens)}
      </RunsLink>
    ),
    output: (
      <RunsLink runs={output_tokens} search={search}>
        {count(output_tokens)}
      </RunsLink>
    ),
    credits: (
      <RunsLink runs={runs} search={search}>
        {credits(figures.credits)}
      </RunsLink>
    ),
    ...{ p50: time(figures.p50), p90: time(figures.p90), p99: time(figures.p99) },
  }
  return Object.entries(cells).map(([name, cell]) => (
    <td key={name} className="number">
      {cell}
    </td>
  ))
}
