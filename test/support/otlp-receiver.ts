import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { openPort } from '../../src/http/port/open-port.ts'
import { type Cleanup, until } from './system.ts'

/** A span as a collector receives it; attributes by name, in the words of the sender. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first of a trace. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  readonly failed: boolean
  readonly startedNs: bigint
  readonly endedNs: bigint
  readonly attributes: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, unknown>>
}

/** An OpenTelemetry collector as far as it receives traces, as JSON over HTTP. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  spans(): readonly ReceivedSpan[]
  /** Resolves with the spans of a trace once it has so many of each name. */
  trace(traceId: string, counts: Readonly<Record<string, number>>): Promise<readonly ReceivedSpan[]>
  /** Headers of the last export. */
  headers(): IncomingHttpHeaders
  /** Refuses what waits for an answer. */
  refuse(words?: string): void
  /** Refuses what waits for an answer, and answers from now on. */
  speak(): void
  /** How many exports it was sent. */
  exports(): number
  /** How many of them wait for its answer. */
  unanswered(): number
  /** Refuses what waits for an answer, and stops listening. */
  close(): void
}

/** The settings that send spans to a receiver, at once. */
export const tracedBy = ({ url }: OtlpReceiver): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_BSP_SCHEDULE_DELAY: '10',
})

/** Starts one. A silent one takes exports and never answers. */
export async function startOtlpReceiver(t: Cleanup, { silent = false } = {}): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  let mute = silent
  let exports = 0
  const waiting = new Set<ServerResponse>()
  let headers: IncomingHttpHeaders = {}
  const server = createServer(async (request, response) => {
    headers = request.headers
    exports += 1
    if (mute) {
      waiting.add(response)
      response.once('close', () => waiting.delete(response))
      return
    }
    let text = ''
    for await (const chunk of request) text += chunk
    if (request.url === '/v1/traces') spans.push(...readExport(JSON.parse(text)))
    response.writeHead(request.url === '/v1/traces' ? 200 : 404, { 'content-type': 'application/json' })
    response.end('{}')
  })
  const port = await openPort(server, '127.0.0.1', 0)
  // For good: an exporter whose connection breaks would come again.
  const refuse = (words = ''): void => {
    for (const response of waiting) response.writeHead(400).end(words)
  }
  const close = (): void => {
    refuse()
    server.close()
    server.closeIdleConnections()
  }
  t.after(close)
  return {
    url: `http://127.0.0.1:${port}`,
    spans: () => spans,
    headers: () => headers,
    refuse,
    speak() {
      mute = false
      refuse()
    },
    exports: () => exports,
    unanswered: () => waiting.size,
    close,
    async trace(traceId, counts) {
      const found = () => spans.filter((span) => span.traceId === traceId)
      await until(() =>
        Object.entries(counts).every(
          ([name, count]) => found().filter((span) => span.name.startsWith(name)).length >= count,
        ),
      )
      return found()
    },
  }
}

interface OtlpValue {
  readonly arrayValue?: { readonly values: readonly OtlpValue[] }
  readonly intValue?: number | string
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly doubleValue?: number
}
type OtlpAttributes = readonly { readonly key: string; readonly value: OtlpValue }[]
interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: OtlpAttributes
  readonly status: { readonly code?: number }
}
interface OtlpExport {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: OtlpAttributes }
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[]
  }[]
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const FAILED = 2

function readExport({ resourceSpans }: OtlpExport): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: KINDS[span.kind] ?? 'internal',
        failed: span.status.code === FAILED,
        startedNs: BigInt(span.startTimeUnixNano),
        endedNs: BigInt(span.endTimeUnixNano),
        attributes: readAttributes(span.attributes),
        resource: readAttributes(resource.attributes),
      })),
    ),
  )
}

const readAttributes = (attributes: OtlpAttributes) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, readValue(value)]))

function readValue(value: OtlpValue): unknown {
  if (value.arrayValue) return value.arrayValue.values.map(readValue)
  if (value.intValue !== undefined) return Number(value.intValue)
  return value.stringValue ?? value.boolValue ?? value.doubleValue
}
