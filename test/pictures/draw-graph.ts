import type * as echarts from 'echarts'
import { nameOf, type StoredPanel } from '../support/dashboard-panels.ts'
import { formatNumber } from './format-number.ts'
import { type AskedPanel, COLOURS, PALETTE, type Size, TEXT } from './look.ts'
import { renderChart } from './render-chart.ts'

interface Line {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}

const AXIS = {
  axisLabel: { color: TEXT, fontSize: 10 },
  axisLine: { show: false },
  axisTick: { show: false },
}
/** The width of a letter in a legend, about. */
const LETTER = 6
const GRID_LINES = { lineStyle: { color: '#2c3035' } }

/** A panel of lines, stacked areas, or bars by day. */
export function drawGraph({ panel, answers }: AskedPanel, size: Size): string {
  const { defaults } = panel.fieldConfig
  const unit = defaults.unit ?? 'short'
  const stacked = defaults.custom?.stacking?.mode === 'normal'
  const byDay = panel.timeFrom !== undefined
  const lines = answers.flatMap(({ legend, series }): Line[] =>
    series.map(({ labels, points }) => ({ name: nameOf(legend, labels) || 'value', points })),
  )
  const days = lines.flatMap(({ points }) => points.map(([at]) => dayOf(at)))
  return renderChart(size, {
    ...withLegend(
      lines.map(({ name }) => name),
      size.width,
    ),
    color: lines.map(({ name }, at) => colourOf(panel, name, at)),
    xAxis: byDay
      ? { type: 'category', data: [...new Set(days)], ...AXIS }
      : {
          type: 'time',
          ...AXIS,
          axisLabel: { ...AXIS.axisLabel, hideOverlap: true, formatter: '{HH}:{mm}:{ss}' },
          splitLine: { show: false },
        },
    yAxis: valueAxis(unit, defaults.max),
    series: lines.map(({ name, points }) => ({
      name,
      type: byDay ? 'bar' : 'line',
      barMaxWidth: 60,
      data: points.map(([at, value]) => [byDay ? dayOf(at) : at * 1000, rounded(value)]),
      showSymbol: false,
      lineStyle: { width: 1.5 },
      ...(stacked ? { stack: 'all' } : {}),
      ...(stacked && !byDay ? { areaStyle: { opacity: 0.6 } } : {}),
    })),
  })
}

/** A panel of counts by bucket. Prometheus counts in each bucket all that is smaller, too. */
export function drawDistribution({ panel, answers }: AskedPanel, size: Size): string {
  const buckets = answers
    .flatMap(({ series }) => series)
    .map(({ labels, points }) => ({
      le: Number(labels['le']?.replace('+Inf', 'Infinity')),
      count: points.at(-1)?.[1] ?? 0,
    }))
    .sort((a, b) => a.le - b.le)
    .map(({ le, count }, at, all) => ({ le, count: count - (all[at - 1]?.count ?? 0) }))
  const unit = panel.fieldConfig.defaults.unit ?? 'short'
  return renderChart(size, {
    grid: { left: 8, right: 12, top: 12, bottom: 8, outerBoundsMode: 'same' },
    color: [PALETTE[0] ?? ''],
    xAxis: {
      type: 'category',
      data: buckets.map(({ le }) => (le === Number.POSITIVE_INFINITY ? 'more' : formatNumber(le, 'short'))),
      ...AXIS,
      axisLabel: { ...AXIS.axisLabel, interval: 0, fontSize: 9 },
    },
    yAxis: valueAxis(unit),
    series: [{ type: 'bar', data: buckets.map(({ count }) => rounded(count)), barCategoryGap: '20%' }],
  })
}

/** The course of one number, small, without axes. */
export function drawSparkline({ answers }: AskedPanel, size: Size): string {
  const points = answers[0]?.series[0]?.points ?? []
  return renderChart(size, {
    grid: { left: 0, right: 0, top: 2, bottom: 0 },
    color: PALETTE,
    xAxis: { type: 'time', show: false },
    yAxis: { type: 'value', show: false, min: 0 },
    series: [
      {
        type: 'line',
        data: points.map(([at, value]) => [at * 1000, rounded(value)]),
        showSymbol: false,
        lineStyle: { width: 1 },
        areaStyle: { opacity: 0.2 },
      },
    ],
  })
}

function withLegend(names: readonly string[], width: number): echarts.EChartsOption {
  const long = names.reduce((sum, name) => sum + name.length * LETTER + 36, 0)
  const rows = Math.ceil(long / (width - 16))
  return {
    grid: { left: 8, right: 16, top: 12, bottom: 8 + 20 * rows, outerBoundsMode: 'same' },
    legend: {
      type: 'plain',
      data: [...new Set(names)],
      bottom: 0,
      left: 8,
      icon: 'roundRect',
      itemWidth: 12,
      itemHeight: 3,
      itemGap: 18,
      textStyle: { color: TEXT, fontSize: 10 },
    },
  }
}

function valueAxis(unit: string, max?: number): echarts.YAXisComponentOption {
  return {
    type: 'value',
    min: 0,
    ...(max === undefined ? { splitNumber: 4 } : { max, interval: max / 4 }),
    ...AXIS,
    axisLabel: { ...AXIS.axisLabel, formatter: (value: number) => formatNumber(value, unit) },
    splitLine: GRID_LINES,
  }
}

function colourOf({ fieldConfig }: StoredPanel, name: string, at: number): string {
  const override = fieldConfig.overrides.find(({ matcher }) => matcher.options === name)
  const colour = override?.properties.find(({ id }) => id === 'color')?.value as
    | { fixedColor: string }
    | undefined
  return COLOURS[colour?.fixedColor ?? ''] ?? PALETTE[at % PALETTE.length] ?? ''
}

const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(5, 10)

/** Null is a gap. Digits that nobody sees would make the file large. */
const rounded = (value: number): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(4)) : null
