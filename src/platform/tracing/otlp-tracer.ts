import {
  defaultTextMapGetter,
  type Context as OtelContext,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { newId } from '../ids.ts'
import type { Logger } from '../logger.ts'
import type { Attributes, Span, SpanStart, TraceContext, Tracer, TracingOptions } from './tracing.ts'

const KINDS = {
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
} as const

const BATCH = 512
/** Longest text of an attribute: ids and words are far shorter, so this only cuts what others made up. */
const TEXT_MAX = 256
/** How long a stopping process waits for its last spans to be taken. */
const LAST_EXPORT_MS = 2000
/** A collector that is away is told of so often, and not with every export. */
const SILENCE_MS = 60_000

const propagator = new W3CTraceContextPropagator()

/**
 * A tracer that sends its spans to an OpenTelemetry collector, as JSON over HTTP. Spans wait in a bounded queue and are
 * dropped when it is full: a collector that is slow, silent or away costs spans, never a run.
 */
export function createOtlpTracer(options: TracingOptions & { otlpEndpoint: string }, log: Logger): Tracer {
  const exporter = new OTLPTraceExporter({
    url: `${options.otlpEndpoint.replace(/\/$/, '')}/v1/traces`,
    headers: options.otlpHeaders,
    timeoutMillis: options.otlpTimeout,
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.serviceName,
      'service.instance.id': newId(),
      'process.pid': process.pid,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.traceRatio) }),
    spanLimits: { attributeValueLengthLimit: TEXT_MAX },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: reporting(exporter, log),
        maxQueueSize: options.spanQueueMax,
        maxExportBatchSize: Math.min(BATCH, options.spanQueueMax),
        scheduledDelayMillis: options.spanDelay,
        exportTimeoutMillis: options.otlpTimeout,
      }),
    ],
  })
  const tracer = provider.getTracer('splitrun')
  return {
    start(name, parent, start) {
      const above = parent ? propagator.extract(ROOT_CONTEXT, parent, defaultTextMapGetter) : ROOT_CONTEXT
      return new OtlpSpan(tracer, name, start, above)
    },
    async close() {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, LAST_EXPORT_MS)
      })
      // What could not be sent has been told by the exporter.
      await Promise.race([provider.shutdown().catch(() => {}), late])
      clearTimeout(timer)
    },
  }
}

class OtlpSpan implements Span {
  readonly #tracer: OtelTracer
  readonly #span: OtelSpan

  constructor(
    tracer: OtelTracer,
    name: string,
    { kind, attributes, started }: SpanStart,
    above: OtelContext,
  ) {
    this.#tracer = tracer
    const times = started === undefined ? {} : { startTime: started }
    this.#span = tracer.startSpan(name, { kind: KINDS[kind], attributes: { ...attributes }, ...times }, above)
  }

  get context(): TraceContext {
    const { traceId, spanId, traceFlags, traceState } = this.#span.spanContext()
    return {
      traceparent: `00-${traceId}-${spanId}-0${traceFlags}`,
      tracestate: traceState?.serialize() || null,
    }
  }

  child(name: string, start: SpanStart): Span {
    return new OtlpSpan(this.#tracer, name, start, trace.setSpan(ROOT_CONTEXT, this.#span))
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes({ ...attributes })
  }

  fail(kind: string): void {
    this.#span.setAttribute('error.type', kind).setStatus({ code: SpanStatusCode.ERROR })
  }

  end(): void {
    this.#span.end()
  }
}

/** An exporter that logs when it fails; the collector's words stay out of the log. */
function reporting(exporter: SpanExporter, log: Logger): SpanExporter {
  let quietUntil = 0
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error && performance.now() >= quietUntil) {
          quietUntil = performance.now() + SILENCE_MS
          log.warn({ reason: result.error.message, spans: spans.length }, 'exporting spans failed')
        }
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  }
}
