import { setTimeout as pause } from 'node:timers/promises'
import { freePorts } from '../../../test/support/free-ports.ts'
import type { Member } from '../../fleet.ts'
import { type Inspector, openInspector } from '../../inspect-memory.ts'
import type { MeasurePart } from './live.ts'
import { type LiveFleet, openStream, startLiveFleet } from './live-fleet.ts'

const CLIENTS = 1000
const QUICK_CLIENTS = 100
const STALLED = 60
const QUICK_STALLED = 10
const CLIENT_MAX_KB = 60
const STALLED_MAX_KB = 64
/** A text that is six times as long in JSON: more than the buffers of a connection take in. */
const PIECES = 250
const SPEECH = (() => {
  const pieces = Array.from({ length: PIECES }, () => '\0'.repeat(4000))
  return { pieces, text: pieces.join('') }
})()

/** What readers keep of an API process: many that are idle, and some that do not read. After collections of garbage. */
export const measureLiveMemory: MeasurePart = async (t, { quick, say }) => {
  const [inspected = 0] = await freePorts(1)
  const live = await startLiveFleet(t, { workers: 0, env: { NODE_OPTIONS: `--inspect-port=${inspected}` } })
  const worker = await live.fleet.start('worker', { NODE_OPTIONS: '' })
  t.after(() => worker.stop())
  const inspector = await openInspector((live.fleet.apis[0] as Member).pid, inspected)
  t.after(() => inspector.close())

  const clients = quick ? QUICK_CLIENTS : CLIENTS
  say(`${clients} readers of one run`)
  const perClient = await measureIdle(live, inspector, clients)
  const stalled = quick ? QUICK_STALLED : STALLED
  say(`${stalled} readers that read, then as many that do not`)
  const reading = await measureReaders(live, inspector, stalled, true)
  const still = await measureReaders(live, inspector, stalled, false)
  const perStalled = (still.used - reading.used) / stalled
  const kb = (bytes: number) => (bytes / 1000).toFixed(1)
  const judge = (what: string, bytes: number, wanted: number) => ({
    text: `${what} ${kb(bytes)} kB (wanted: at most ${wanted})`,
    holds: bytes <= wanted * 1000,
  })
  return {
    rows: [
      [`kB of the API process for each of ${clients} readers`, kb(perClient)],
      [`kB more for each of ${stalled} that do not read`, kb(perStalled)],
    ],
    statements: [
      judge('a reader takes', perClient, CLIENT_MAX_KB),
      judge('a reader that does not read adds', perStalled, STALLED_MAX_KB),
      {
        text: `when it reads again it is told all, in ${still.deltas} pieces of the ${PIECES} that the model said`,
        holds: still.isWhole && still.deltas < PIECES,
      },
    ],
  }
}

async function measureIdle(live: LiveFleet, inspector: Inspector, clients: number): Promise<number> {
  live.model.tell('idle', { text: 'tea', pieces: ['tea'] }, { pauseMs: 0, lastMs: 600_000 })
  const first = await openStream(live, { mark: 'idle' })
  const open = async (count: number) => {
    const streams = [first]
    for (let each = 0; each < count; each += 1) streams.push(await openStream(live, { run: first.run }))
    return streams
  }
  // All code is loaded, and what is allocated once is there.
  for (const stream of (await open(50)).slice(1)) stream.close()
  await pause(1000)
  const before = await inspector.used()
  const streams = await open(clients)
  const perClient = ((await inspector.used()) - before) / clients
  for (const stream of streams) stream.close()
  return perClient
}

async function measureReaders(live: LiveFleet, inspector: Inspector, count: number, read: boolean) {
  const mark = `read-${read}`
  live.model.tell(mark, SPEECH, { pauseMs: 20, lastMs: 8000 })
  const seen = { chars: 0, deltas: 0 }
  const first = await openStream(live, { mark })
  const rest = Array.from({ length: count }, (_, at) =>
    openStream(live, { run: first.run }, (text) => {
      if (at > 0) return
      seen.chars += text.length
      seen.deltas += 1
    }),
  )
  const streams = await Promise.all(rest)
  if (!read) for (const stream of streams) stream.pause()
  while (live.model.times(mark).length < PIECES) await pause(100)
  await pause(1000)
  const used = await inspector.used()
  for (const stream of streams) stream.resume()
  await Promise.all([first, ...streams].map((stream) => stream.ended))
  return { used, isWhole: seen.chars === SPEECH.text.length, deltas: seen.deltas }
}
