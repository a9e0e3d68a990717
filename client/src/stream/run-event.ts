import { SplitrunError } from '../error.ts'
import type { ReadOutput } from '../output/read-output.ts'
import { failureOf, settle } from '../runs/settle.ts'
import type { Run, RunStatus, WaitingOn } from '../shapes/run.ts'
import type { Message } from './event-parser.ts'

/** `text`: the answer as it is written. `fields`: what becomes of the object meanwhile. */
export type DeltaKind = 'text' | 'fields'

/** More of the answer's text. */
export interface TextDelta {
  readonly attempt: number
  /** Where it goes, in what there is of this attempt's text. */
  readonly offset: number
  readonly text: string
}

/** A change of the object: more of a text, or a value that is complete. */
export type FieldDelta =
  | { readonly path: string; readonly append: string; readonly set?: undefined }
  | { readonly path: string; readonly set: unknown; readonly append?: undefined }

/** By which a stream can be resumed behind this event. */
interface Placed {
  readonly eventId: string | null
}

/** What a run says while it goes on. All is provisional until its last event, of which there is one. */
export type RunEvent<T, Kind extends DeltaKind = 'text'> =
  | ({
      readonly type: 'run.status'
      readonly id: string
      readonly status: RunStatus
      readonly attempt: number
      readonly model: string | null
      readonly waiting_on?: WaitingOn
    } & Placed)
  | ({ readonly type: 'output.delta' } & (Kind extends 'fields' ? FieldDelta : TextDelta) & Placed)
  /** What came so far is void: another attempt begins. */
  | ({
      readonly type: 'output.reset'
      readonly attempt: number
      readonly reason: 'retry' | 'repair' | 'fallback' | 'lost'
    } & Placed)
  | EndEvent<T>

/** The last event of a stream. */
export type EndEvent<T> =
  | { readonly type: 'run.succeeded'; readonly output: T; readonly run: Run }
  | {
      readonly type: 'run.failed' | 'run.cancelled' | 'run.expired'
      readonly error: SplitrunError
      readonly run: Run
    }

/** The end of a run as an event. Rejects with OUTPUT_MISMATCH where a schema refuses the output. */
export async function endEvent<T>(run: Run, readOutput: ReadOutput<T>): Promise<EndEvent<T>> {
  if (run.status === 'succeeded') return { type: 'run.succeeded', ...(await settle(run, readOutput)) }
  return { type: `run.${run.status as 'failed' | 'cancelled' | 'expired'}`, error: failureOf(run), run }
}

const END = /^run\.(succeeded|failed|cancelled|expired)$/
const KNOWN = ['run.status', 'output.delta', 'output.reset']

/** The run at its end, or something on the way. */
export type Said = { readonly end: Run } | { readonly event: object }

/** What a message says; null for what this version does not know. */
export function readMessage(message: Message): Said | null {
  const ends = END.test(message.event)
  if (!ends && !KNOWN.includes(message.event)) return null
  try {
    const data = JSON.parse(message.data)
    return ends ? { end: data } : { event: { type: message.event, ...data, eventId: message.id } }
  } catch (cause) {
    throw new SplitrunError('UNEXPECTED_RESPONSE', `an event ${message.event} that is no JSON`, { cause })
  }
}
