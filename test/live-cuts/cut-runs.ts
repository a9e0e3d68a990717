import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { diceFrom } from '../chaos/dice.ts'
import { type CutReaderOptions, type Form, type Reading, readWithCuts } from './cut-reader.ts'
import type { CutStage } from './cut-stage.ts'
import { speechOf } from './speech.ts'

export interface CutRunsOptions {
  readonly seed: number
  /** Connections to cut, at least. */
  readonly cuts: number
  /** True when there was enough of all else, too; until then runs are read on. Absent: it is. */
  readonly enough?: () => boolean
  /** How many read the run of this number at once. Absent: one each. */
  readonly readers?: (number: number) => number
  /** Runs at once. */
  readonly together: number
  /** Characters of an answer. */
  readonly chars: number
  readonly signal: AbortSignal
}

/** What became of the runs that were read with cuts. */
export interface CutRuns {
  runs: number
  cuts: number
  connections: number
  /** Runs that nobody read until their model had said all, and the most who read one. */
  unread: number
  most: number
  /** Readers whose run had ended before they came again: of JSON only the end is left then. */
  late: number
  readonly gaps: number[]
  /** What must not be, in words. */
  readonly wrong: string[]
}

const PACE = { pauseMs: 8, lastMs: 400 }
/** Bytes of a stream before it is cut. */
const CUT_AFTER = [1, 4000] as const
const CUT_AFTER_OF_MANY = [1, 20_000] as const

/** Runs are read, each by one reader that is cut off again and again, until there were so many cuts. */
export async function readRunsWithCuts(stage: CutStage, options: CutRunsOptions): Promise<CutRuns> {
  const found: CutRuns = {
    ...{ runs: 0, cuts: 0, connections: 0, unread: 0, most: 0, late: 0 },
    ...{ gaps: [], wrong: [] },
  }
  let next = 0
  async function readOneAfterTheOther(): Promise<void> {
    const isEnough = () => found.cuts >= options.cuts && (options.enough?.() ?? true)
    while (!isEnough() && !options.signal.aborted) {
      const number = next
      next += 1
      await readOne(stage, options, number, found)
    }
  }
  await Promise.all(Array.from({ length: options.together }, readOneAfterTheOther))
  return found
}

async function readOne(
  stage: CutStage,
  options: CutRunsOptions,
  number: number,
  found: CutRuns,
): Promise<void> {
  const mark = `s${options.seed}-${number}`
  const json = number % 3 !== 0
  const form: Form = number % 3 === 2 ? 'fields' : 'text'
  const speech = speechOf(mark, { json, chars: options.chars })
  stage.model.tell(mark, speech, PACE)
  const reader = {
    urls: () => stage.apis.flatMap((api) => api.url() ?? []),
    task: `${stage.project}/task/${json ? stage.tasks.json : stage.tasks.text}`,
    token: stage.token,
    body: JSON.stringify({ task_input: { text: `[mark:${mark}]` } }),
    ...{ key: mark, form, retryMs: 50 },
  }
  const readers = options.readers?.(number) ?? 1
  if (readers === 0) await startAndLeave(stage, mark, { ...reader, signal: options.signal })
  const readings = await Promise.all(
    Array.from({ length: Math.max(1, readers) }, (_, at) =>
      readWithCuts({
        ...{ ...reader, dice: diceFrom(`cuts of ${mark} ${at}`), signal: options.signal },
        cutAfter: readers > 1 ? CUT_AFTER_OF_MANY : CUT_AFTER,
      }),
    ),
  )
  found.runs += 1
  for (const { cuts, connections, gaps } of readings) {
    found.cuts += cuts
    found.connections += connections
    found.gaps.push(...gaps)
  }
  if (options.signal.aborted) return
  const calls = stage.model.calls(mark)
  const problems = readings.flatMap((reading) => [
    ...reading.wrong,
    ...reading.resets.map((reason) => `reset: ${reason}`),
    ...whatDiffers(reading, speech.text, { json, form }),
  ])
  found.late += readings.filter(({ cameLate }) => cameLate).length
  found.most = Math.max(found.most, readers)
  if (readers === 0) found.unread += 1
  if (calls !== 1) problems.push(`${calls} calls of the model`)
  found.wrong.push(...problems.map((problem) => `${mark} (${form}, ${json ? 'JSON' : 'text'}): ${problem}`))
  stage.model.forget(mark)
}

/** Starts the run, and reads nothing of it until its model has said all. */
async function startAndLeave(
  stage: CutStage,
  mark: string,
  reader: Omit<CutReaderOptions, 'dice' | 'cutAfter'>,
): Promise<void> {
  const leaving = new AbortController()
  const signal = AbortSignal.any([leaving.signal, reader.signal])
  const gone = readWithCuts({ ...reader, dice: diceFrom(`start of ${mark}`), cutAfter: null, signal })
  while (stage.model.calls(mark) === 0 && !reader.signal.aborted) await pause(20)
  leaving.abort()
  await gone
  while (!stage.model.isOver(mark) && !reader.signal.aborted) await pause(50)
}

/** What the reader put together, beside what the model said. */
export function whatDiffers(
  { text, fields, end, cameLate }: Reading,
  said: string,
  { json, form }: { json: boolean; form: Form },
): string[] {
  if (end?.status !== 'succeeded') return [`the run: ${JSON.stringify(end).slice(0, 500)}`]
  const response = json ? JSON.parse(said) : said
  if (!isDeepStrictEqual(end.response, response)) return ['the response is not what the model said']
  if (form === 'fields')
    return isDeepStrictEqual(fields, response) ? [] : ['the operations come to another object']
  // Of JSON nothing but the response is kept once the run has ended.
  if (json && cameLate) return []
  return text === said ? [] : [`the pieces are not the text: ${text.length} of ${said.length} characters`]
}
