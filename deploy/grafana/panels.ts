import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge'
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries'

/** The data source that is chosen at the top of a dashboard. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }

/** PromQL, and how Grafana names each series that it gives. */
export interface Query {
  readonly expr: string
  readonly legend: string
}

interface Panel {
  readonly title: string
  /** What a reader should know to read it right; shown behind the title's (i). */
  readonly about: string
  /** One of Grafana's units: `s`, `short`, `percentunit`, ... */
  readonly unit: string
}

/** Of the 24 columns of a dashboard. */
const HALF = 12
const COLOURS: Readonly<Record<string, string>> = {
  succeeded: 'green',
  valid: 'green',
  failed: 'red',
  invalid: 'red',
  expired: 'orange',
  cancelled: 'text',
}

/** `A`, `B`, ... as Grafana names the queries of a panel. */
const refId = (at: number): string => String.fromCharCode(65 + at)

function rangeQuery({ expr, legend }: Query, at: number): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId(at)).expr(expr).legendFormat(legend).range()
}

function instantQuery({ expr, legend }: Query, at: number): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId(at)).expr(expr).legendFormat(legend).instant()
}

/** Lines over time; stacked areas where the parts add up to something; bars for what is counted by day. */
export function chart(
  { title, about, unit }: Panel,
  queries: readonly Query[],
  options: { stacked?: boolean; byDay?: boolean; max?: number } = {},
): TimeSeries {
  const panel = new TimeSeries()
    .title(title)
    .description(about)
    .datasource(DATASOURCE)
    .unit(unit)
    .min(0)
    .span(HALF)
    .height(8)
    .targets(queries.map(rangeQuery))
    .fillOpacity(options.stacked || options.byDay ? 60 : 8)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
  if (options.max !== undefined) panel.max(options.max)
  if (options.stacked || options.byDay) {
    panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
  }
  if (options.byDay) panel.drawStyle(GraphDrawStyle.Bars).interval('1d').timeFrom('30d')
  for (const [name, fixedColor] of Object.entries(COLOURS)) {
    panel.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor } }])
  }
  return panel
}

/** One number, with its course behind it where its query is asked over time. */
export function figure(
  { title, about, unit }: Panel,
  expr: string,
  options: { width: number; ofRange?: boolean },
): Stat {
  const query = { expr, legend: title }
  return new Stat()
    .title(title)
    .description(about)
    .datasource(DATASOURCE)
    .unit(unit)
    .span(options.width)
    .height(4)
    .withTarget(options.ofRange ? instantQuery(query, 0) : rangeQuery(query, 0))
    .colorMode(BigValueColorMode.None)
    .graphMode(options.ofRange ? BigValueGraphMode.None : BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
}

/** How often values fell into each bucket of a histogram, over the dashboard's whole range. */
export function distribution({ title, about, unit }: Panel, expr: string): BarGauge {
  return new BarGauge()
    .title(title)
    .description(about)
    .datasource(DATASOURCE)
    .unit(unit)
    .min(0)
    .span(HALF)
    .height(8)
    .withTarget(instantQuery({ expr, legend: '{{le}}' }, 0).format(PromQueryFormat.Heatmap))
    .orientation(VizOrientation.Vertical)
    .displayMode(BarGaugeDisplayMode.Gradient)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
}

/** A column of a comparison: its query has one series for each row. */
export interface Column {
  readonly name: string
  readonly unit: string
  readonly expr: string
}

/** Rows that are compared: those labels of the queries that are named, and a column for each query. */
export function comparison(
  { title, about }: Omit<Panel, 'unit'>,
  labels: Readonly<Record<string, string>>,
  columns: readonly Column[],
): Table {
  const values = Object.fromEntries(columns.map(({ name }, at) => [`Value #${refId(at)}`, name]))
  const panel = new Table()
    .title(title)
    .description(about)
    .datasource(DATASOURCE)
    .span(24)
    .height(7)
    .targets(
      columns.map(({ expr }, at) => instantQuery({ expr, legend: '' }, at).format(PromQueryFormat.Table)),
    )
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: { excludeByName: { Time: true, project: true }, renameByName: { ...labels, ...values } },
    })
  for (const { name, unit } of columns) panel.overrideByName(name, [{ id: 'unit', value: unit }])
  return panel
}
