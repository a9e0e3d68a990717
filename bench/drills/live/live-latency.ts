import type { Speech } from '../../../test/live-cuts/speech.ts'
import { judgeFigure } from '../../judge.ts'
import { shareWaited } from '../../process.ts'
import type { MeasurePart } from './live.ts'
import { openStream, startLiveFleet } from './live-fleet.ts'

const RUNS = 50
const CHUNKS = 200
const QUICK_CHUNKS = 20
/** Between two chunks of a run. */
const PAUSE_MS = 50
/** The same of a quick model, whose chunks come together: for how long they wait for each other. */
const QUICK_PAUSE_MS = 10
const P50_MAX_MS = 10
const P99_MAX_MS = 60

/** From the model's chunk to the reader, with many runs at once. */
export const measureLiveLatency: MeasurePart = async (t, { quick, say }) => {
  const live = await startLiveFleet(t)
  const { fleet, model } = live
  async function readAll(chunks: number, pauseMs: number, name: string): Promise<number[]> {
    const latencies: number[] = []
    const read = (at: number) => readOne({ mark: `${name}-${at}`, chunks, pauseMs }, latencies)
    await Promise.all(Array.from({ length: RUNS }, (_, at) => read(at)))
    return latencies.sort((a, b) => a - b)
  }
  async function readOne(
    { mark, chunks, pauseMs }: { mark: string; chunks: number; pauseMs: number },
    latencies: number[],
  ): Promise<void> {
    const speech = wordsOf(chunks)
    model.tell(mark, speech, { pauseMs, lastMs: 0 })
    let at = 0
    let open = ''
    const stream = await openStream(live, { mark }, (text) => {
      const now = performance.now()
      open += text
      for (let piece = speech.pieces[at]; piece && open.startsWith(piece); piece = speech.pieces[at]) {
        open = open.slice(piece.length)
        latencies.push(now - (model.times(mark)[at] ?? Number.NaN))
        at += 1
      }
    })
    await stream.ended
  }
  await readAll(QUICK_CHUNKS, PAUSE_MS, 'warm')
  const chunks = quick ? QUICK_CHUNKS : CHUNKS
  /** With each the share of the time in which its processes could have worked and no core was free. */
  async function measureAt(pauseMs: number, name: string) {
    say(`${RUNS} live runs, a chunk every ${pauseMs} ms`)
    const waiting = shareWaited([...fleet.apis, ...fleet.workers, fleet.redis])
    const latencies = await readAll(chunks, pauseMs, name)
    const share = waiting()
    const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? Number.NaN
    const figures = `p50 ${at(0.5).toFixed(1)}, p95 ${at(0.95).toFixed(1)}, p99 ${at(0.99).toFixed(1)}`
    const judge = (what: string, seen: number, wanted: number) =>
      judgeFigure(
        `from the model's chunk to the reader, ${what}: ${seen.toFixed(1)} ms (wanted: at most ${wanted})`,
        { seen, ofMachine: share * seen, wanted },
        `no core was free for ${(share * 100).toFixed(0)} % of the time in which its processes could have worked`,
      )
    const row = [
      `model's chunk to its reader, ${RUNS} live runs, a chunk every ${pauseMs} ms: ms`,
      figures,
    ] as const
    return { at, judge, row }
  }
  const usual = await measureAt(PAUSE_MS, 'timed')
  const hasty = await measureAt(QUICK_PAUSE_MS, 'quick')
  return {
    rows: [usual.row, hasty.row],
    statements: [
      usual.judge('median', usual.at(0.5), P50_MAX_MS),
      usual.judge('p99', usual.at(0.99), P99_MAX_MS),
      hasty.judge(`p99, a chunk every ${QUICK_PAUSE_MS} ms`, hasty.at(0.99), P99_MAX_MS),
    ],
  }
}

/** So many words, each a piece. */
export function wordsOf(count: number): Speech {
  const pieces = Array.from({ length: count }, (_, at) => `word${String(at).padStart(4)} `)
  return { text: pieces.join(''), pieces }
}
