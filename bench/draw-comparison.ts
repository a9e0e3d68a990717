import { renderChart } from '../test/pictures/render-chart.ts'
import type { Comparison } from './comparison.ts'

const SIZE = { width: 900, height: 420 }
const INK = '#6b7280'
const GRID = { lineStyle: { color: '#d1d5db' } }
const COLOURS: Readonly<Record<string, string>> = {
  server: '#9ca3af',
  api: '#3b82f6',
  worker: '#10b981',
  redis: '#ef4444',
}
const PERCENTILES = [
  { name: 'p50', colour: '#c4b5fd' },
  { name: 'p95', colour: '#8b5cf6' },
  { name: 'p99', colour: '#5b21b6' },
] as const

/** CPU by process on the left, what each adds to the model's latency at half load on the right. */
export function drawComparison({ subjects }: Comparison): string {
  // The axis of a bar chart that lies on its side begins below.
  const rows = Object.entries(subjects).toReversed()
  const part = (process: string) => (process in COLOURS ? process : 'server')
  const names = rows.map(([name]) => name)
  const parts = Object.keys(COLOURS).filter((name) =>
    rows.some(([, { cpu }]) => Object.keys(cpu).some((process) => part(process) === name)),
  )
  const cpu = parts.map((name) => ({
    name,
    type: 'bar' as const,
    stack: 'cpu',
    barWidth: 18,
    color: COLOURS[name] ?? INK,
    data: rows.map(([, row]) =>
      Object.entries(row.cpu).reduce((sum, [process, each]) => sum + (part(process) === name ? each : 0), 0),
    ),
  }))
  const latency = PERCENTILES.map(({ name, colour }) => ({
    name,
    type: 'bar' as const,
    xAxisIndex: 1,
    yAxisIndex: 1,
    barCategoryGap: '40%',
    color: colour,
    data: rows.map(([, row]) => row.addedAtHalf[name]),
  }))
  return renderChart(SIZE, {
    backgroundColor: '#ffffff',
    title: [titleAt('CPU seconds per 10,000 calls', '17%'), titleAt('added latency at half load, ms', '60%')],
    legend: [
      { ...LEGEND, data: parts, left: '16.5%' },
      { ...LEGEND, data: PERCENTILES.map(({ name }) => name), left: '59.5%' },
    ],
    grid: [
      { left: '17%', right: '46%', top: 70, bottom: 30 },
      { left: '60%', right: '3%', top: 70, bottom: 30 },
    ],
    xAxis: [0, 1].map((gridIndex) => ({
      type: 'value' as const,
      gridIndex,
      splitLine: GRID,
      axisLabel: { color: INK },
    })),
    yAxis: [0, 1].map((gridIndex) => ({
      type: 'category' as const,
      gridIndex,
      data: names,
      axisTick: { show: false },
      axisLine: GRID,
      axisLabel: gridIndex === 0 ? { color: INK, fontSize: 12 } : { show: false },
    })),
    series: [...cpu, ...latency],
  })
}

const LEGEND = { top: 34, icon: 'roundRect', itemWidth: 12, itemHeight: 8, textStyle: { color: INK } }

const titleAt = (text: string, left: string) => ({
  text,
  left,
  top: 8,
  textStyle: { fontSize: 14, color: INK, fontWeight: 'bold' as const },
})
