import { createHash } from 'node:crypto'
import type { WaitingOn } from '../models/limits/limit-reader.ts'
import type { TraceContext } from '../platform/tracing/tracing.ts'
import type { ScoreValue } from '../tasks/scores/score.ts'
import type { FinalStatus, RunMode, Timings } from '../totals/delta.ts'
import type { CacheUse } from './reuse/cache-use.ts'

/** Every state of a run. The diagram in src/README.md shows these transitions, and a test compares the two. */
export const TRANSITIONS = {
  queued: ['running', 'cancelled', 'expired', 'failed'],
  running: ['queued', 'succeeded', 'failed', 'cancelled', 'expired'],
  succeeded: [],
  failed: [],
  cancelled: [],
  expired: [],
} as const satisfies Record<string, readonly string[]>

export type RunStatus = keyof typeof TRANSITIONS
export type { FinalStatus, Timings }
export const RUN_STATUSES = Object.keys(TRANSITIONS) as RunStatus[]

/** True for the states that a run never leaves. */
export function isFinal(status: RunStatus): status is FinalStatus {
  return TRANSITIONS[status].length === 0
}

/** What the caller submitted: written once, when the run is created, and never changed. Times in ms since the epoch. */
export interface RunRequest {
  readonly id: string
  readonly org: string
  readonly project: string
  readonly task: string
  readonly user: string
  readonly created: number
  readonly inputs: Readonly<Record<string, unknown>>
  /** Names in the file store, in the order they were sent. */
  readonly files: readonly string[]
  /** What the caller calls each of them; empty where nobody asks. */
  readonly fileNames: readonly (string | null)[]
  /** The revision that the caller chose; null: one is drawn by weight. */
  readonly revision: string | null
  /** Its slot in the table by which revisions are drawn, and the bucket of the caller's key; null: it has none. */
  readonly slot: number | null
  readonly bucket: number | null
  readonly llmConfig: Readonly<Record<string, unknown>> | null
  readonly useFallback: boolean
  readonly reference: string | null
  readonly reportingGroup: string | null
  /** `wait`: the caller waited for the run when it was created. */
  readonly mode: RunMode
  /** `startBy`: when the run expires if no worker has claimed it. `deadline`: when it expires in any case. */
  readonly startBy: number
  readonly deadline: number
  /** The span that enqueued the run: every execution joins its trace. Null when tracing was off. */
  readonly trace: TraceContext | null
  /** What happens when a worker is lost during a model call, which may have been charged. */
  readonly onLostAttempt: 'retry' | 'fail'
  /** Whether a text that the model was cut off in is a response. */
  readonly onTruncated: 'accept' | 'fail'
  /** How often an answer that is no response is asked for again. */
  readonly outputRetries: number
  /** Names of the limits of its project that it counts under until it has ended. */
  readonly policies: readonly string[]
  /**
   * Whether it counts under budgets, and whether one of them is hard: then each call holds what it may cost. When it was
   * accepted; each claim looks anew.
   */
  readonly budget: 'hard' | 'soft' | null
  /** Its user, when that has budgets of its own; else null. */
  readonly payer: string | null
  /** What happens when a limit of a model is in the way. */
  readonly onLimit: 'wait' | 'fail'
  /** True when the caller watches from the beginning: its model is asked for a stream. */
  readonly live: boolean
  /** The run that it was made beside, to see what another revision does with the same inputs. Absent: it is a caller's own. */
  readonly shadowOf?: string | undefined
  /** What part it has in the reuse of results. Absent: none. */
  readonly cache?: CacheUse | undefined
}

/** One call of a model, as the ledger has it. An open attempt has no end. Times in ms since the epoch. */
export interface Attempt {
  readonly number: number
  readonly fence: number
  readonly worker: string
  readonly started: number
  readonly ended: number | null
  /** `open`, `succeeded`, `invalid`, `lost`, `cancelled`, `expired`, or the kind of the model's error. */
  readonly outcome: string
  readonly model: string | null
  readonly inputTokens: number
  readonly outputTokens: number
  /** Parts of the input that a cache had, and that were written to one. Absent: 0. */
  readonly cachedTokens?: number | undefined
  readonly cacheWriteTokens?: number | undefined
  /** Part of the output. Absent: 0. */
  readonly reasoningTokens?: number | undefined
  /** How the answer ended, in the server's own word. */
  readonly finishReason?: string | undefined
  /** Why it failed, in the server's own word or as a code of its connection. */
  readonly code?: string | undefined
  /** There where the tokens are estimates of ours. */
  readonly estimated?: true | undefined
  /** There where the cost may differ from the server's bill. */
  readonly inexact?: true | undefined
  /**
   * What the call may have cost, in millionths of a currency unit, though its answer is lost; not part of the credits.
   * Absent: nothing.
   */
  readonly possibleCredits?: number | undefined
  /** There where the server put the call off by asking for a wait: it counts as no attempt that was used up. */
  readonly putOff?: true | undefined
  /** The reason that its model was given up for with this attempt: it is not asked again. */
  readonly gaveUp?: string | undefined
}

export interface RunError {
  readonly reason: string
  readonly message: string
  readonly retryable: boolean
  /** The words of a model that refused. */
  readonly refusal?: string | undefined
  /** Seconds after which the same call may succeed, where that is known. */
  readonly retryAfter?: number | undefined
  /** Names of the budgets that had no room. */
  readonly violatedPolicies?: readonly string[] | undefined
}

/** How a run ended: written once, by the settle script. */
export interface RunResult {
  readonly status: FinalStatus
  readonly settled: number
  readonly response: unknown
  /** The file that the task answers with, one of the run's; null where it answers with none. */
  readonly outputFile: string | null
  /** What input processors changed of the inputs, and the originals; null for nothing. */
  readonly processed: Readonly<Record<string, unknown>> | null
  readonly error: RunError | null
  /** What there was of an answer that is no response; with it, `response` is null. */
  readonly partial: string | null
  /** How the last answer ended, in the server's own word. */
  readonly finishReason: string | null
  readonly model: string | null
  readonly modelId: string | null
  /** The parameters that were sent to the model. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** SHA-256 of the rendered prompts, hexadecimal. */
  readonly promptHash: string | null
  readonly inputTokens: number
  readonly outputTokens: number
  /** Parts of the two above. */
  readonly cachedTokens: number
  readonly reasoningTokens: number
  /** True: tokens of at least one attempt are estimates of ours. */
  readonly estimated: boolean
  /** False: the credits may differ from the bills of the servers. */
  readonly costExact: boolean
  /** Millionths of a currency unit, a whole number, so that sums stay exact. */
  readonly credits: number
  /** What calls may have cost whose answers are lost, beside the credits; in the same unit. */
  readonly possibleCredits: number
  /** Seconds for preparing the inputs: processors, documents, images. */
  readonly inputSeconds: number
  readonly timings: Timings
  readonly outputCheck: 'valid' | 'repaired' | 'invalid' | null
  /** Calls beyond the first one of each model. */
  readonly retries: number
  readonly usedFallback: boolean
  /** Why the first model gave no usable completion, when the fallback was called after it. */
  readonly primaryFailure: string | null
  /** The run whose result it is, and what that one cost, in millionths. Absent: its own. */
  readonly cachedFrom?: string | undefined
  readonly savedCredits?: number | undefined
  /** There where another run was about the same before, so that it says nothing of the revision that was drawn for it. */
  readonly repeated?: true | undefined
}

/** A run as it is stored. */
export interface RunRecord {
  readonly request: RunRequest
  readonly status: RunStatus
  /** The revision drawn for it; null until a worker claims it. */
  readonly revision: string | null
  /** Number of the version of the weights that it was drawn by; null when it was not drawn. */
  readonly split: number | null
  readonly attempts: readonly Attempt[]
  readonly result: RunResult | null
  /** The limit that it waits for while it is queued, as far as is known. */
  readonly waitingOn?: WaitingOn | null
  /** The lane that it waits in while it is queued, see `laneOf`; absent where that is not known. */
  readonly lane?: string
  /** What was said of it last, by name; absent where nothing was. */
  readonly scores?: Readonly<Record<string, ScoreValue>>
}

/** A run without its inputs, its response and its attempts: what lists compare, and what a summary shows. */
export interface RunHead {
  readonly request: Omit<RunRequest, 'inputs'>
  readonly status: RunStatus
  readonly revision: string | null
  readonly split: number | null
  readonly result: Omit<RunResult, 'response' | 'partial' | 'processed'> | null
  readonly waitingOn?: WaitingOn | null
  readonly lane?: string
  /** How large it is as it is stored, and with what was left out. */
  readonly headBytes: number
  readonly bytes: number
  readonly scores?: Readonly<Record<string, ScoreValue>>
}

/** The run under whose id its files are kept: a shadow run has those of the run that it was made beside. */
export const homeOfFiles = ({ request }: { readonly request: Pick<RunRequest, 'id' | 'shadowOf'> }): string =>
  request.shadowOf ?? request.id

/** Whether comparisons leave a run out, since another one asked the same before. */
export const isRepeated = ({ cachedFrom, repeated }: Pick<RunResult, 'cachedFrom' | 'repeated'>): boolean =>
  repeated === true || cachedFrom !== undefined

/** Names of all files of a run, in their order: those that were sent, then the one that it answers with. */
export function filesOfRun({
  request,
  result,
}: {
  request: Pick<RunRequest, 'files'>
  result: Pick<RunResult, 'outputFile'> | null
}): readonly string[] {
  return result?.outputFile ? [...request.files, result.outputFile] : request.files
}

/** Names what is shown of a run: another one after every change of its record. */
export function etagOfRun({ status, revision, attempts, result, waitingOn, scores }: RunRecord): string {
  const last = attempts.at(-1)
  const changes = [
    status,
    revision,
    attempts.length,
    last?.outcome,
    last?.model,
    last?.started,
    result?.settled,
    ...(waitingOn ? [waitingOn.limit, waitingOn.until] : []),
    ...(scores ? [createHash('sha256').update(JSON.stringify(scores)).digest('hex').slice(0, 16)] : []),
  ]
  return `"${changes.map((each) => String(each ?? '').replaceAll(/[^\w-]/g, '_')).join('.')}"`
}
