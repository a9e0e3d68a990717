import { setTimeout as pause } from 'node:timers/promises'
import { diceFrom } from '../../../test/chaos/dice.ts'
import { type Reading, readWithCuts } from '../../../test/live-cuts/cut-reader.ts'
import { readRunsWithCuts, whatDiffers } from '../../../test/live-cuts/cut-runs.ts'
import { type CutStage, setCutStage } from '../../../test/live-cuts/cut-stage.ts'
import { speechOf } from '../../../test/live-cuts/speech.ts'
import { noStrikes, strikeAtRandom } from '../../../test/live-cuts/strike.ts'
import type { Statement } from '../../drill.ts'
import { median } from '../../measure.ts'
import type { MeasurePart } from './live.ts'

const CUTS = 1000
const QUICK_CUTS = 60
const KILLS = 20
const QUICK_KILLS = 2
/** Rounds in which connections to Redis are killed. */
const BREAKS = 50
const QUICK_BREAKS = 4
/** Long enough for a process that starts to find its Redis between two of them. */
const STRIKE_EVERY_MS = 1000
/** No longer than this, however slowly processes start here. */
const STRIKE_FOR_MS = 240_000
/** Of each so many runs, one is read by many at once, and one by nobody until its model has said all. */
const OF_RUNS = 10
const MANY = 50
const WATCHED = 40
const QUICK_WATCHED = 6
const GAP_MAX_MS = 1500
/** What a stream tells its readers: so long they wait before they come again. */
const RETRY_MS = 1000
const forEver = new AbortController().signal

const nothingWrong = (what: string, wrong: readonly string[]): Statement => ({
  text: wrong.length === 0 ? what : `${what}; ${wrong.length} times not: ${wrong.slice(0, 5).join('; ')}`,
  holds: wrong.length === 0,
})

/** Readers are cut off at random bytes, and go on at another process, while processes and connections are killed. */
export const readWithCutsAndStrikes: MeasurePart = async (t, { quick, say }) => {
  const stage = await setCutStage(t, { shards: 2, apis: 3 })
  const over = new AbortController()
  const counts = noStrikes()
  const breaks = () =>
    counts['connections for commands killed'] + counts['connections of the APIs that listen killed']
  const striking = strikeAtRandom(stage, {
    ...{ seed: 1, everyMs: STRIKE_EVERY_MS, counts, signal: over.signal },
  })
  say('readers are cut off, API processes and connections to Redis killed')
  const late = performance.now() + STRIKE_FOR_MS
  const [kills, rounds] = quick ? [QUICK_KILLS, QUICK_BREAKS] : [KILLS, BREAKS]
  const found = await readRunsWithCuts(stage, {
    ...{ seed: 1, cuts: quick ? QUICK_CUTS : CUTS, together: 12, chars: 1500, signal: forEver },
    enough: () => (counts['API killed'] >= kills && breaks() >= rounds) || performance.now() > late,
    readers: (number) => ({ 3: MANY, 7: 0 })[number % OF_RUNS] ?? 1,
  })
  over.abort()
  await striking
  const strikes = Object.entries(counts).map(([what, count]) => `${what} ${count}`)
  const left = await textsLeft(stage)
  return {
    rows: [
      ['readers cut off at random bytes', `${found.cuts} times, in ${found.runs} runs`],
      ['runs that nobody read while they went on; most readers of one', `${found.unread}; ${found.most}`],
      ['meanwhile', strikes.join(', ')],
    ],
    statements: [
      nothingWrong(
        'each reader put together what the model said, of one call for each run, whether nobody, one or many read it',
        found.wrong,
      ),
      nothingWrong('no text is left in Redis when the runs have ended', left),
      {
        text: `${counts['API killed']} API processes were killed, and connections to Redis ${breaks()} times (wanted: ${kills} and ${rounds})`,
        holds: counts['API killed'] >= kills && breaks() >= rounds,
      },
    ],
  }
}

async function textsLeft(stage: CutStage): Promise<string[]> {
  for (let tries = 0; tries < 50; tries += 1) {
    if ((await stage.liveKeys()) === 0) return []
    await pause(200)
  }
  return [`${await stage.liveKeys()} texts`]
}

/** All processes are stopped and started again, one after the other, under readers of long runs. */
export const restartAll: MeasurePart = async (t, { quick, say }) => {
  const stage = await setCutStage(t, { shards: 2, env: { SPLITRUN_SHUTDOWN_GRACE: '1s' } })
  say('all processes restart, one after the other')
  const speech = speechOf('restart', { json: false, chars: 6000 })
  const pauseMs = 12_000 / speech.pieces.length
  const readings: Promise<Reading>[] = []
  for (let each = 0; each < (quick ? QUICK_WATCHED : WATCHED); each += 1) {
    const mark = `restart-${each}`
    stage.model.tell(mark, speech, { pauseMs, lastMs: 0 })
    readings.push(
      readWithCuts({
        urls: () => stage.apis.flatMap((api) => api.url() ?? []),
        task: `${stage.project}/task/${stage.tasks.text}`,
        token: stage.token,
        body: JSON.stringify({ task_input: { text: `[mark:${mark}]` } }),
        ...{
          key: mark,
          form: 'text',
          dice: diceFrom(mark),
          cutAfter: null,
          retryMs: RETRY_MS,
          signal: forEver,
        },
      }),
    )
  }
  await pause(2000)
  for (const member of [...stage.apis, ...stage.workers]) {
    await member.end('SIGTERM')
    await member.start()
  }
  const read = await Promise.all(readings)
  const wrong = read.flatMap((reading) => [
    ...reading.wrong,
    ...whatDiffers(reading, speech.text, { json: false, form: 'text' }),
  ])
  const gaps = read.flatMap((reading) => reading.gaps)
  const gap = median(gaps)
  const most = Math.max(...gaps)
  return {
    rows: [['rolling restart: gap of a reader, ms', `median ${gap.toFixed(0)}, at most ${most.toFixed(0)}`]],
    statements: [
      nothingWrong(`nothing is lost by ${read.length} readers of a rolling restart`, wrong),
      {
        text: `the median of ${gaps.length} gaps was ${gap.toFixed(0)} ms (wanted: at most ${GAP_MAX_MS})`,
        holds: gap <= GAP_MAX_MS,
      },
    ],
  }
}
