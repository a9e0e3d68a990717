import { Histogram, Registry, type RegistryContentType } from 'prom-client'
import { isSampled, traceIdOf } from '../../platform/tracing/tracing.ts'
import { SECONDS } from '../../totals/histogram.ts'
import type { RunRequest, RunResult } from '../run.ts'

export type RunDurations = ReturnType<typeof createRunDurations>

/**
 * How long the runs took that this process settled. Each bucket names the trace of its latest run that was recorded, as
 * an exemplar: the way from a slow bar to a trace. It begins anew with the process; the exact totals of all processes,
 * which cannot hold exemplars, are in the rollups.
 */
export function createRunDurations() {
  const histogram = new Histogram<string>({
    name: 'splitrun_worker_run_duration_seconds',
    help: 'Whole time of the runs that this process settled, with exemplars.',
    labelNames: ['status'],
    buckets: [...SECONDS],
    enableExemplars: true,
    registers: [],
  })
  return {
    /** Adds it to what a process says of itself, in OpenMetrics: only that format has exemplars. */
    exposeIn(registry: Registry<RegistryContentType>): void {
      registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
      registry.registerMetric(histogram)
    },

    observe({ trace }: RunRequest, { status, timings }: RunResult): void {
      histogram.observe({
        labels: { status },
        value: timings.total / 1000,
        exemplarLabels: trace && isSampled(trace) ? { trace_id: traceIdOf(trace) ?? '' } : {},
      })
    },
  }
}
