import { useMemo } from 'react'
import { count, duration } from '../../parts/figures.ts'
import { Late } from '../../parts/page/late.tsx'
import type { ChartProps } from './chart.tsx'
import type { DayFigures } from './use-reports.ts'

const load = () => import('./chart.tsx')
const Chart = (props: ChartProps) => <Late load={load} props={props} before={(problem) => problem} />

const DAY_S = 86_400
const SHORT = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 })
const showCredits = (value: number): string => SHORT.format(value)

/** Every day of so many up to today, in seconds. */
function lastDays(most: number, now: number): number[] {
  const today = Math.floor(now / 1000 / DAY_S) * DAY_S
  return Array.from({ length: most }, (_, at) => today - (most - 1 - at) * DAY_S)
}

/** Runs, tokens, cost and latency by day. */
export function DayCharts({ figures, most }: { figures: readonly DayFigures[]; most: number }) {
  const shown = useMemo(() => {
    const days = lastDays(most, Date.now())
    const byDay = new Map(figures.map((row) => [Date.parse(row.day) / 1000, row]))
    const of = (read: (row: DayFigures) => number | null, otherwise: number | null = 0) =>
      days.map((day) => {
        const row = byDay.get(day)
        return row ? read(row) : otherwise
      })
    return {
      days,
      runs: { Runs: of(({ runs }) => runs) },
      tokens: { In: of((row) => row.input_tokens), Out: of((row) => row.output_tokens) },
      credits: { Credits: of((row) => Number(row.credits)) },
      times: {
        p50: of((row) => row.p50, null),
        p90: of((row) => row.p90, null),
        p99: of((row) => row.p99, null),
      },
    }
  }, [figures, most])
  const { days } = shown
  return (
    <div className="columns">
      <Chart title="Runs" days={days} series={shown.runs} show={count} bars steps="whole" />
      <Chart title="Tokens" days={days} series={shown.tokens} show={count} steps="whole" />
      <Chart title="Credits" days={days} series={shown.credits} show={showCredits} bars />
      <Chart
        title="Time from creation to end"
        days={days}
        series={shown.times}
        show={duration}
        steps="time"
      />
    </div>
  )
}
