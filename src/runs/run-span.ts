import type { Span, Tracer } from '../platform/tracing/tracing.ts'
import { RUN_QUEUE } from '../queue/bullmq-keys.ts'
import type { RunRequest, RunResult } from './run.ts'
import type { Claim } from './store/claim.ts'

const QUEUE = { 'messaging.system': 'bullmq', 'messaging.destination.name': RUN_QUEUE } as const

/** Begins the span of enqueuing a run. Its context goes into the record, where every execution finds it. */
export function startEnqueueSpan(parent: Span, run: Pick<RunRequest, 'id' | 'task' | 'mode'>): Span {
  return parent.child('run enqueue', {
    kind: 'producer',
    attributes: {
      ...QUEUE,
      'messaging.operation.name': 'enqueue',
      'messaging.operation.type': 'send',
      'messaging.message.id': run.id,
      'splitrun.run.id': run.id,
      'splitrun.task.id': run.task,
      'splitrun.run.mode': run.mode,
    },
  })
}

/**
 * Begins the span of one claim: a run that is handed back, put off or lost has several, side by side.
 * @param delivered when its job was delivered, ms since the epoch: looking for a place and claiming count
 */
export function startExecuteSpan(tracer: Tracer, claim: Claim, delivered: number): Span {
  const { request, revision, fence } = claim
  return tracer.start('run execute', request.trace, {
    kind: 'consumer',
    started: delivered,
    attributes: {
      ...QUEUE,
      'messaging.operation.name': 'execute',
      'messaging.operation.type': 'process',
      'messaging.message.id': request.id,
      'splitrun.run.id': request.id,
      'splitrun.task.id': request.task,
      'splitrun.revision.id': revision ?? undefined,
      'splitrun.run.claim': fence,
    },
  })
}

/** Says how a run ended, on the span of what ended it. */
export function describeEnd(span: Span, { status, error, outputCheck, retries, timings }: RunResult): void {
  span.set({
    'splitrun.run.status': status,
    'splitrun.run.output_check': outputCheck ?? undefined,
    'splitrun.run.retries': retries,
    'splitrun.run.queued_ms': timings.queued,
    'splitrun.run.total_ms': timings.total,
  })
  if (error) span.fail(error.reason)
}
