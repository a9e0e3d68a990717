import { Histogram, Registry, type RegistryContentType } from 'prom-client'
import { isSampled, traceIdOf } from '../../platform/tracing/tracing.ts'
import { SECONDS } from '../../totals/histogram.ts'
import type { RunRequest, RunResult } from '../run.ts'

export type RunDurations = ReturnType<typeof createRunDurations>

/**
 * A histogram of the durations of the runs that this process settled. Each bucket has the trace of its latest sampled run
 * as an exemplar, so that one gets from a slow bucket to a trace. It starts empty with the process. The exact totals of
 * all processes, which cannot have exemplars, are in the rollups.
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
    /**
     * Adds the histogram to a process's own metrics, and switches them to OpenMetrics: only that format has exemplars.
     */
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
