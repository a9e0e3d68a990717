import type { Speech } from '../../test/live-cuts/speech.ts'
import { judgeFigure } from '../judge.ts'
import { shareWaited } from '../process.ts'
import type { MeasurePart } from './live.ts'
import { openStream, startLiveFleet } from './live-fleet.ts'

const RUNS = 50
const CHUNKS = 200
const QUICK_CHUNKS = 20
/** Between two chunks of a run. */
const PAUSE_MS = 50
const P50_MAX_MS = 10
const P99_MAX_MS = 60

/** From the model's chunk to the reader, with many runs at once. */
export const measureLiveLatency: MeasurePart = async (t, { quick, say }) => {
  const live = await startLiveFleet(t)
  const { fleet, model } = live
  async function readAll(chunks: number, name: string): Promise<number[]> {
    const latencies: number[] = []
    await Promise.all(Array.from({ length: RUNS }, (_, at) => readOne(`${name}-${at}`, chunks, latencies)))
    return latencies.sort((a, b) => a - b)
  }
  async function readOne(mark: string, chunks: number, latencies: number[]): Promise<void> {
    const speech = wordsOf(chunks)
    model.tell(mark, speech, { pauseMs: PAUSE_MS, lastMs: 0 })
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
  await readAll(QUICK_CHUNKS, 'warm')
  say(`${RUNS} live runs, a chunk every ${PAUSE_MS} ms`)
  const waiting = shareWaited([...fleet.apis, ...fleet.workers, fleet.redis])
  const latencies = await readAll(quick ? QUICK_CHUNKS : CHUNKS, 'timed')
  const share = waiting()
  const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? Number.NaN
  const because = `no core was free for ${(share * 100).toFixed(0)} % of the time in which its processes could have worked`
  const judge = (name: string, seen: number, wanted: number) =>
    judgeFigure(
      `from the model's chunk to the reader, ${name}: ${seen.toFixed(1)} ms (wanted: at most ${wanted})`,
      { seen, ofMachine: share * seen, wanted },
      because,
    )
  const figures = `p50 ${at(0.5).toFixed(1)}, p95 ${at(0.95).toFixed(1)}, p99 ${at(0.99).toFixed(1)}`
  return {
    rows: [[`model's chunk to its reader, ${RUNS} live runs, ms`, figures]],
    statements: [judge('median', at(0.5), P50_MAX_MS), judge('p99', at(0.99), P99_MAX_MS)],
  }
}

/** So many words, each a piece. */
export function wordsOf(count: number): Speech {
  const pieces = Array.from({ length: count }, (_, at) => `word${String(at).padStart(4)} `)
  return { text: pieces.join(''), pieces }
}
