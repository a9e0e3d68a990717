/**
 * The place of a span in its trace, as W3C Trace Context writes it: what travels in headers, and in the record of a
 * run. It names ids only, so that it may be stored and sent on.
 */
export interface TraceContext {
  readonly traceparent: string
  /** What the tracing systems before us added; null where there is none. */
  readonly tracestate: string | null
}

/** A context as somebody sent it, who may have sent none, or nonsense. */
export type Carrier = { readonly [K in keyof TraceContext]?: TraceContext[K] | undefined }

/** What is said of a span. Never inputs, outputs or secrets; undefined says nothing. */
export type Attributes = Readonly<Record<string, string | number | boolean | string[] | undefined>>

export type SpanKind = 'server' | 'producer' | 'consumer' | 'client' | 'internal'

export interface SpanStart {
  readonly kind: SpanKind
  readonly attributes?: Attributes
  /** When it began, ms since the epoch; now, unless said otherwise. */
  readonly started?: number
}

/** A piece of work in a trace. It is passed on by hand: what it belongs to is never guessed from who called whom. */
export interface Span {
  /** Null when tracing is off. */
  readonly context: TraceContext | null
  /** Begins a span below this one, in this process. */
  child(name: string, start: SpanStart): Span
  set(attributes: Attributes): void
  /** Marks it as failed. `kind` is a word out of few, never a message. */
  fail(kind: string): void
  /** Ends it, once. */
  end(): void
}

export interface Tracer {
  /** Begins a span below one of another process or another time, or a trace where there is none that can be read. */
  start(name: string, parent: Carrier | null, start: SpanStart): Span
  /** Sends what has ended, for a bounded time. Never rejects. */
  close(): Promise<void>
}

/** Where spans go, and how many. */
export interface TracingOptions {
  /** Base URL of an OpenTelemetry collector; null turns tracing off. */
  readonly otlpEndpoint: string | null
  readonly otlpHeaders: Readonly<Record<string, string>>
  /** Milliseconds that one export may take, repeats included. */
  readonly otlpTimeout: number
  readonly serviceName: string
  /** Share of the traces that begin here which are recorded; what began elsewhere is decided there. */
  readonly traceRatio: number
  /** Spans that wait for an export; more are dropped. */
  readonly spanQueueMax: number
  /** Milliseconds between two exports. */
  readonly spanDelay: number
}

/** A span that nobody records. */
export const NO_SPAN: Span = { context: null, child: () => NO_SPAN, set() {}, fail() {}, end() {} }

/** Tracing that is off: it does nothing, and nothing of OpenTelemetry is loaded. */
export const NO_TRACING: Tracer = { start: () => NO_SPAN, close: async () => {} }

/** The id of a trace, 32 hexadecimal digits; null when tracing was off. */
export function traceIdOf(context: TraceContext | null): string | null {
  return context ? context.traceparent.slice(3, 35) : null
}

/** Whether somebody records the trace, so that it can be looked up. */
export function isSampled(context: TraceContext): boolean {
  return context.traceparent.endsWith('1')
}

/** Does some work within a span, which ends with it, and fails with it. */
export function within<T>(span: Span, work: () => Promise<T>): Promise<T> {
  return span === NO_SPAN ? work() : workWithin(span, work)
}

async function workWithin<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    span.fail(error instanceof Error ? error.name : 'unknown')
    throw error
  } finally {
    span.end()
  }
}
