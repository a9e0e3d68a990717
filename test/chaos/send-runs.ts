import { setTimeout as pause } from 'node:timers/promises'
import { type Call, type CallerOptions, callUntilAnswered, type RunResponse } from './caller.ts'
import { type Dice, diceFrom } from './dice.ts'
import { type SentFile, sentFile } from './sent-file.ts'
import type { StageTask } from './stage.ts'
import { watchRun } from './watch-run.ts'

/** How a caller goes about a run. */
const WAYS = [
  { way: 'waits', weight: 22 },
  { way: 'waits briefly', weight: 10 },
  { way: 'polls', weight: 20 },
  // Follows what the model says, by server-sent events.
  { way: 'watches', weight: 14 },
  // Asks two API processes for the same run at the same moment.
  { way: 'is two', weight: 12 },
  { way: 'cancels', weight: 9 },
  // Gives its run little time.
  { way: 'hurries', weight: 9 },
  // Hangs up, and wants its run cancelled then.
  { way: 'leaves', weight: 4 },
] as const
type Way = (typeof WAYS)[number]['way']

export interface LoadOptions extends CallerOptions {
  readonly seed: number
  readonly tasks: readonly StageTask[]
  readonly runs: number
  /** Number of the first caller, where several loads go to one project; 0 unless told. */
  readonly from?: number
  /** The runs are sent evenly over so many ms. */
  readonly overMs: number
  /** Told as each caller begins and ends. */
  readonly progress: { sent: number; served: number }
}

/**
 * Sends so many runs, each by a caller of its own that stays until its run has ended. The run's `reference` names the
 * caller: what exists twice for one caller was made twice.
 */
export async function sendRuns(options: LoadOptions): Promise<void> {
  const { runs, from = 0, overMs, signal, progress } = options
  await Promise.all(
    Array.from({ length: runs }, async (_, index) => {
      await pause((overMs * index) / runs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      progress.sent += 1
      const caller = from + index
      await sendRun(options, caller, diceFrom(`${options.seed} caller ${caller}`))
      progress.served += 1
    }),
  )
}

async function sendRun(options: LoadOptions, caller: number, dice: Dice): Promise<void> {
  const { way } = dice.pick(WAYS)
  const { id: task, file, frugal } = options.tasks[caller % options.tasks.length] ?? NO_TASK
  const reference = `caller-${caller}`
  const first = Math.floor(dice.between(0, options.fleet.apis.length))
  const call: Call = {
    method: 'POST',
    path: `/task/${task}/run${queryOf(way, dice)}`,
    body: await (way === 'watches' ? jsonOf : bodyOf)(reference, options.seed, file),
    headers: { 'idempotency-key': reference, ...preferenceOf(way) },
    first,
  }
  // Who watches does not take a refusal for an answer.
  if (way === 'watches' && !frugal) return watchRun(options, { ...call, path: `/task/${task}` }, dice)
  const calls = way === 'is two' ? [call, { ...call, first: first + 1 }] : [call]
  const patience = way === 'leaves' ? [AbortSignal.timeout(Math.ceil(dice.between(100, 2000)))] : []
  const signal = AbortSignal.any([options.signal, ...patience])
  await Promise.all(
    calls.map(async (each) => {
      const answer = await callUntilAnswered({ ...options, signal }, each, dice)
      if (!answer) return
      if (way === 'cancels') await cancel(options, task, answer, dice)
      await follow(options, task, answer, dice)
    }),
  )
}

const NO_TASK: StageTask = { id: '', file: null, frugal: false }

/** The same as JSON, with the image in it. */
async function jsonOf(reference: string, seed: number, file: SentFile | null): Promise<unknown> {
  const sent = file && (await sentFile(file))
  const files = sent ? [{ name: sent.name, data: sent.bytes.toString('base64') }] : undefined
  return { task_input: { text: `[mark:${reference}], seed ${seed}` }, reference, task_files: files }
}

/** The mark lets the model count the calls of this run. */
async function bodyOf(reference: string, seed: number, file: SentFile | null): Promise<unknown> {
  const input = { text: `[mark:${reference}], seed ${seed}` }
  if (!file) return { task_input: input, reference }
  const form = new FormData()
  form.set('task_input', JSON.stringify(input))
  form.set('reference', reference)
  const { bytes, name } = await sentFile(file)
  form.set('task_file', new Blob([new Uint8Array(bytes)]), name)
  return form
}

function queryOf(way: Way, dice: Dice): string {
  if (way === 'hurries') return `?timeout=${dice.between(0.3, 3).toFixed(1)}`
  return way === 'leaves' ? '?on_disconnect=cancel' : ''
}

function preferenceOf(way: Way): Record<string, string> {
  if (way === 'polls' || way === 'cancels') return { prefer: 'respond-async' }
  return way === 'waits briefly' ? { prefer: 'wait=1' } : {}
}

async function cancel(options: LoadOptions, task: string, { id }: RunResponse, dice: Dice): Promise<void> {
  await pause(dice.between(0, 2000))
  const first = Math.floor(dice.between(0, options.fleet.apis.length))
  await callUntilAnswered(options, { method: 'POST', path: `/task/${task}/run/${id}/cancel`, first }, dice)
}

/** Asks after the run until it has ended. */
async function follow(options: LoadOptions, task: string, begun: RunResponse, dice: Dice): Promise<void> {
  let answer: RunResponse | null = begun
  while (answer && answer.run?.done === false) {
    const first = Math.floor(dice.between(0, options.fleet.apis.length))
    const path = `/task/${task}/run/${begun.id}?wait=${Math.round(dice.between(0, 5))}`
    await pause(dice.between(50, 300))
    answer = await callUntilAnswered(options, { method: 'GET', path, first }, dice)
  }
}
