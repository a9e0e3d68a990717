import type { Logger } from '../logger.ts'
import { NO_TRACING, type Tracer, type TracingOptions } from './tracing.ts'

/** The tracer of a process. Where tracing is off, nothing of OpenTelemetry is loaded. */
export async function openTracer(options: TracingOptions, log: Logger): Promise<Tracer> {
  if (options.otlpEndpoint === null) return NO_TRACING
  const { createOtlpTracer } = await import('./otlp-tracer.ts')
  return createOtlpTracer({ ...options, otlpEndpoint: options.otlpEndpoint }, log)
}
