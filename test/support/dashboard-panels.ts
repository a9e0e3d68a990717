import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DASHBOARDS_DIR } from '../../deploy/grafana/write-dashboards.ts'
import type { Answered, Prometheus } from './prometheus.ts'

/** A panel as Grafana reads it from a file, in so far as we look at it. */
export interface StoredPanel {
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly timeFrom?: string
  readonly targets: readonly {
    readonly refId: string
    readonly expr: string
    readonly legendFormat?: string
    readonly instant?: boolean
  }[]
  readonly transformations?: readonly { readonly id: string; readonly options: unknown }[]
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string
      readonly max?: number
      readonly custom?: { readonly stacking?: { readonly mode?: string } }
    }
    readonly overrides: readonly {
      readonly matcher: { readonly options: string }
      readonly properties: readonly { readonly id: string; readonly value: unknown }[]
    }[]
  }
}

export interface StoredDashboard {
  /** Of its file, without `.json`. */
  readonly name: string
  readonly title: string
  readonly panels: readonly StoredPanel[]
}

/** What Grafana would put in for its variables. */
export interface View {
  /** How far back the graphs go. */
  readonly seconds: number
  /** The task that is chosen where one has to be; all of them elsewhere. */
  readonly task: string
}

const DAY = 86_400

/** The dashboards that are delivered. */
export function readDashboards(): StoredDashboard[] {
  return readdirSync(DASHBOARDS_DIR).map((file) => ({
    ...JSON.parse(readFileSync(join(DASHBOARDS_DIR, file), 'utf8')),
    name: file.replace('.json', ''),
  }))
}

/** The queries of a panel with their answers, as Grafana would ask them. */
export async function askPanel(
  prometheus: Prometheus,
  { targets, timeFrom }: StoredPanel,
  view: View,
): Promise<{ legend: string; refId: string; expr: string; series: Answered[] }[]> {
  const values: Record<string, string> = {
    project: '.*',
    task: view.task,
    __range: `${view.seconds}s`,
    __rate_interval: '10s',
  }
  return Promise.all(
    targets.map(async ({ expr, legendFormat = '', instant, refId }) => {
      const filled = expr
        .replaceAll('task=~"$task"', 'task=~".*"')
        .replace(/\$(\w+)/g, (whole, name: string) => values[name] ?? whole)
      const series = instant
        ? await prometheus.query(filled)
        : await prometheus.queryRange(filled, timeFrom ? 30 * DAY : view.seconds, timeFrom ? DAY : 1)
      return { legend: legendFormat, refId, expr: filled, series }
    }),
  )
}

/** True when there is a number to show; histograms of nothing answer NaN. */
export const hasData = (series: readonly Answered[]): boolean =>
  series.some(({ points }) => points.some(([, value]) => Number.isFinite(value)))

/** The name of a series as its legend says. */
export const nameOf = (legend: string, labels: Answered['labels']): string =>
  legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '').trim()
