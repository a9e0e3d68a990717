import type { Span, Tracer } from '../platform/tracing/tracing.ts'
import { RUN_QUEUE } from '../queue/bullmq-keys.ts'
import type { RunRequest, RunResult } from './run.ts'
import type { Claim } from './store/claim.ts'

const QUEUE = { 'messaging.system': 'bullmq', 'messaging.destination.name': RUN_QUEUE } as const

/** Starts the span of enqueuing a run. Its context is stored in the record, so that every execution joins its trace. */
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
 * Starts the span of one claim. A run that is released, deferred or lost has several such spans, side by side.
 * @param delivered start of the span, by this machine's clock as all spans (ms since the epoch): when the worker received the claim
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

/** Describes the end of a run on the span of the step that ended it. */
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
