import { isDeepStrictEqual } from 'node:util'
import { diceFrom } from '../chaos/dice.ts'
import { type Form, type Reading, readWithCuts } from './cut-reader.ts'
import type { CutStage } from './cut-stage.ts'
import { speechOf } from './speech.ts'

export interface CutRunsOptions {
  readonly seed: number
  /** Connections to cut, at least. */
  readonly cuts: number
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
  /** Readers whose run had ended before they came again: of JSON only the end is left then. */
  late: number
  readonly gaps: number[]
  /** What must not be, in words. */
  readonly wrong: string[]
}

const PACE = { pauseMs: 8, lastMs: 400 }
/** Bytes of a stream before it is cut. */
const CUT_AFTER = [1, 4000] as const

/** Runs are read, each by one reader that is cut off again and again, until there were so many cuts. */
export async function readRunsWithCuts(stage: CutStage, options: CutRunsOptions): Promise<CutRuns> {
  const found: CutRuns = { runs: 0, cuts: 0, connections: 0, late: 0, gaps: [], wrong: [] }
  let next = 0
  async function readOneAfterTheOther(): Promise<void> {
    while (found.cuts < options.cuts && !options.signal.aborted) {
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
  const reading = await readWithCuts({
    urls: () => stage.apis.flatMap((api) => api.url() ?? []),
    task: `${stage.project}/task/${json ? stage.tasks.json : stage.tasks.text}`,
    token: stage.token,
    body: JSON.stringify({ task_input: { text: `[mark:${mark}]` } }),
    key: mark,
    form,
    dice: diceFrom(`cuts of ${mark}`),
    cutAfter: CUT_AFTER,
    retryMs: 50,
    signal: options.signal,
  })
  found.runs += 1
  found.cuts += reading.cuts
  found.connections += reading.connections
  found.gaps.push(...reading.gaps)
  if (options.signal.aborted) return
  if (reading.cameLate) found.late += 1
  const calls = stage.model.calls(mark)
  const problems = [
    ...reading.wrong,
    ...reading.resets.map((reason) => `reset: ${reason}`),
    ...(calls === 1 ? [] : [`${calls} calls of the model`]),
    ...whatDiffers(reading, speech.text, { json, form }),
  ]
  found.wrong.push(...problems.map((problem) => `${mark} (${form}, ${json ? 'JSON' : 'text'}): ${problem}`))
  stage.model.forget(mark)
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
  // Of JSON nothing but the response is kept once the run has ended.
  if (json && cameLate) return []
  if (form === 'fields')
    return isDeepStrictEqual(fields, response) ? [] : ['the operations come to another object']
  return text === said ? [] : [`the pieces are not the text: ${text.length} of ${said.length} characters`]
}
