import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import { useChartColours } from './chart-colours.ts'

export interface ChartProps {
  readonly title: string
  /** The begins of the days, in seconds. */
  readonly days: readonly number[]
  /** What is shown of each day, by what it is called; null where there is nothing. */
  readonly series: Readonly<Record<string, readonly (number | null)[]>>
  /** A value for a person. */
  readonly show: (value: number) => string
  readonly bars?: boolean
  /** What lies between two lines of the axis: whole numbers, or what one counts milliseconds by. */
  readonly steps?: keyof typeof STEPS
}

const HALF_DAY_S = 43_200
const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]
/** 1, 2, 5, 10, ... */
const WHOLE = Array.from({ length: 36 }, (_, at) => [1, 2, 5].map((step) => step * 10 ** at))
  .flat()
  .filter(Number.isSafeInteger)

const STEPS = {
  whole: WHOLE,
  time: [
    ...WHOLE.filter((step) => step < SECOND),
    ...[SECOND, MINUTE].flatMap((unit) => [1, 2, 5, 10, 20, 30].map((step) => step * unit)),
    ...[1, 2, 6, 12].map((step) => step * HOUR),
    ...WHOLE.slice(0, 12).map((step) => step * DAY),
  ],
} as const

const HEIGHT = 180
const PARTS = ['part-1', 'part-2', 'part-3']

/** Days as bars or lines. The table below it has the same figures, for who sees no chart. */
export default function Chart({ title, days, series, show, bars = false, steps }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const colours = useChartColours()
  useEffect(() => {
    const { current } = place
    if (!current) return
    const shape =
      bars && UPlot.paths.bars
        ? { paths: UPlot.paths.bars({ size: [0.7, 40] }), points: { show: false } }
        : {}
    const axis = { stroke: colours['quiet'] ?? '', grid: { stroke: colours['line'] ?? '', width: 1 } }
    const chart = new UPlot(
      {
        ...{ width: current.clientWidth, height: HEIGHT },
        tzDate: (at) => UPlot.tzDate(new Date(at * 1000), 'Etc/UTC'),
        scales: {
          // A bar stands in the middle of its day.
          x: { range: (_, first, last) => [first - HALF_DAY_S, last + HALF_DAY_S] },
          y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
        },
        axes: [
          axis,
          {
            ...axis,
            size: 64,
            values: (_, splits) => splits.map(show),
            ...(steps ? { incrs: [...STEPS[steps]] } : {}),
          },
        ],
        series: [
          { value: '{YYYY}-{MM}-{DD}', label: 'Day' },
          ...Object.keys(series).map((label, at) => {
            const colour = colours[PARTS[at % PARTS.length] ?? ''] ?? ''
            return {
              ...{ label, stroke: colour, width: 2, ...shape },
              ...(bars ? { fill: colour } : {}),
              value: (_: UPlot, value: number | null) => (value === null ? '—' : show(value)),
            }
          }),
        ],
      },
      [[...days], ...Object.values(series).map((values) => [...values])],
      current,
    )
    const sizing = new ResizeObserver(() => chart.setSize({ width: current.clientWidth, height: HEIGHT }))
    sizing.observe(current)
    return () => {
      sizing.disconnect()
      chart.destroy()
    }
  }, [days, series, show, bars, steps, colours])
  return (
    <figure className="report-chart">
      <figcaption>{title}</figcaption>
      <div ref={place} aria-hidden="true" />
    </figure>
  )
}
