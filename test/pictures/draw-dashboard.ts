import { drawDistribution, drawGraph, drawSparkline } from './draw-graph.ts'
import { formatNumber } from './format-number.ts'
import { type AskedPanel, BRIGHT, CARD, EDGE, PAGE, type Size, TEXT } from './look.ts'

const COLUMN = 50
const ROW = 27
const GAP = 8
const TITLE = 26
const HEADER = 40

/** A dashboard as one SVG, its panels where Grafana puts them. */
export function drawDashboard(title: string, panels: readonly AskedPanel[]): string {
  const width = 24 * COLUMN + GAP
  const height =
    HEADER + ROW * Math.max(...panels.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h)) + GAP
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`,
    `<rect width="${width}" height="${height}" fill="${PAGE}"/>`,
    text(title, { x: GAP + 4, y: 27, size: 16, fill: BRIGHT }),
    ...panels.map(drawPanel),
    '</svg>\n',
  ].join('\n')
}

function drawPanel(asked: AskedPanel): string {
  const { panel } = asked
  const { x, y, w, h } = panel.gridPos
  const size = { width: w * COLUMN - GAP, height: h * ROW - GAP }
  const inside = { width: size.width - 8, height: size.height - TITLE - 4 }
  return [
    `<g transform="translate(${x * COLUMN + GAP} ${HEADER + y * ROW})">`,
    `<rect width="${size.width}" height="${size.height}" rx="3" fill="${CARD}" stroke="${EDGE}"/>`,
    text(panel.title, { x: 10, y: 18, size: 12, fill: BRIGHT }),
    `<g transform="translate(4 ${TITLE})">`,
    DRAWINGS[panel.type]?.(asked, inside) ?? '',
    '</g></g>',
  ].join('')
}

const DRAWINGS: Readonly<Record<string, (asked: AskedPanel, size: Size) => string>> = {
  timeseries: drawGraph,
  bargauge: drawDistribution,
  stat: drawFigure,
  table: drawTable,
}

function drawFigure(asked: AskedPanel, size: Size): string {
  const points = asked.answers[0]?.series[0]?.points ?? []
  const unit = asked.panel.fieldConfig.defaults.unit ?? 'short'
  const value = formatNumber(points.at(-1)?.[1] ?? Number.NaN, unit)
  return [
    text(value, { x: size.width / 2, y: size.height / 2, size: 26, fill: BRIGHT, anchor: 'middle' }),
    `<g transform="translate(0 ${size.height * 0.6})">`,
    points.length > 1 ? drawSparkline(asked, { width: size.width, height: size.height * 0.4 }) : '',
    '</g>',
  ].join('')
}

/** Its rows are revisions: the labels that the table renames come first, then a column for each query. */
function drawTable({ panel, answers }: AskedPanel, size: Size): string {
  const options = panel.transformations?.find(({ id }) => id === 'organize')?.options
  const { renameByName: names } = options as { renameByName: Record<string, string> }
  const labels = Object.keys(names).filter((name) => !name.startsWith('Value #') && name !== 'revision')
  const rows = new Map(
    answers.flatMap(({ series }) => series.map((each) => [each.labels['revision'], each.labels] as const)),
  )
  const columns = [
    ...labels.map((label) => ({
      title: names[label] ?? label,
      cell: (row: string) => rows.get(row)?.[label] ?? '',
    })),
    ...answers.map(({ refId, series }) => {
      const title = names[`Value #${refId}`] ?? ''
      const override = panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === title)
      const unit = String(override?.properties[0]?.value ?? 'short')
      const cell = (row: string) =>
        formatNumber(
          series.find((each) => each.labels['revision'] === row)?.points[0]?.[1] ?? Number.NaN,
          unit,
        )
      return { title, cell }
    }),
  ]
  const step = size.width / columns.length
  const line = (cells: readonly string[], y: number, fill: string) =>
    cells.map((cell, at) => text(cell, { x: 8 + at * step, y, size: 12, fill })).join('')
  return [
    line(
      columns.map(({ title }) => title),
      18,
      TEXT,
    ),
    ...[...rows.keys()]
      .filter((row) => row !== undefined)
      .sort()
      .map((row, at) =>
        line(
          columns.map(({ cell }) => cell(row)),
          46 + at * 28,
          BRIGHT,
        ),
      ),
  ].join('')
}

function text(
  content: string,
  {
    x,
    y,
    size,
    fill,
    anchor = 'start',
  }: { x: number; y: number; size: number; fill: string; anchor?: string },
): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">${escaped}</text>`
}
