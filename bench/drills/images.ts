import { randomFillSync } from 'node:crypto'
import sharp from 'sharp'
import type { Drill, DrillReport } from '../drill.ts'
import { type Member, startFleet, taskLike } from '../fleet.ts'
import { judgeFigure } from '../judge.ts'
import type { Call } from '../load.ts'
import { measure, median, type Pass } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { asSubject } from '../subjects.ts'
import { takeTurns } from '../turns.ts'

const IMAGES = 300
const QUICK_IMAGES = 80
const ROUNDS = 3
/** Runs without an image, in the place of one with an image: so that both last about as long. */
const CALLS_PER_IMAGE = 20
const CONNECTIONS = 8
const STALL_MAX_MS = 50
/** Noise, which no encoder makes smaller: so many pixels give 2 MB at that quality. */
const EDGES = { width: 1920, height: 1280 }
const QUALITY = 90

/** What is sent, and whether the task makes images smaller; without an image a run is what all else costs. */
const KINDS = [
  { name: 'no image', image: false, optimise: false },
  { name: 'sent as it is', image: true, optimise: false },
  { name: 'made smaller for the model', image: true, optimise: true },
] as const
type Kind = (typeof KINDS)[number]

interface Seen {
  readonly pass: Pass
  /** Of the API and of the worker, ms. */
  readonly stalls: readonly number[]
}

/** Runs with one large image each, sent to the model as it is and made smaller first, and beside them runs without. */
export const drillImages: Drill = async ({ quick, say }) => {
  const model = await startModel(0)
  const fleet = await startFleet({ model: modelUrl(model), watched: true })
  try {
    const members = [fleet.apis[0] as Member, fleet.workers[0] as Member]
    const image = await noise()
    const calls = new Map<Kind, Call>()
    for (const kind of KINDS) {
      const fields = { image_required: kind.image, optimise_images: kind.optimise }
      const { id } = await fleet.project.ask<{ id: string }>('/task', taskLike(kind.name, fields))
      const call = fleet.project.run(members[0]?.port ?? 0, { task: id })
      calls.set(kind, kind.image ? withImage(call, image) : call)
    }
    const send = (kind: Kind, images: number) => {
      const amount = kind.image ? images : images * CALLS_PER_IMAGE
      const call = calls.get(kind) ?? fleet.call
      return measure({ ...asSubject(fleet), call }, { connections: CONNECTIONS, amount })
    }
    const amount = Math.ceil((quick ? QUICK_IMAGES : IMAGES) / ROUNDS)
    await takeTurns(KINDS, 1, (kind) => send(kind, amount))
    const seen = await takeTurns(KINDS, ROUNDS, async (kind, round): Promise<Seen> => {
      say(`round ${round}: ${kind.name}`)
      for (const each of members) await each.own.stall()
      const pass = await send(kind, amount)
      const stalls: number[] = []
      for (const each of members) stalls.push(await each.own.stall())
      return { pass, stalls }
    })
    return report(seen, image.length)
  } finally {
    await fleet.stop()
    await model.stop()
  }
}

function report(seen: readonly Seen[][], bytes: number): DrillReport {
  const longest = (of: readonly Seen[], at?: number) =>
    Math.max(...of.flatMap(({ stalls }) => (at === undefined ? stalls : (stalls[at] ?? 0))))
  const [without = [], ...withImages] = seen
  const [most, ofMachine] = [longest(withImages.flat()), longest(without)]
  return {
    title: `Runs with a JPEG of ${(bytes / 1e6).toFixed(1)} MB, ${CONNECTIONS} at once`,
    table: {
      head: [
        '',
        'runs/s',
        'p50 ms',
        'p99 ms',
        'CPU ms: API',
        'worker',
        'MB: API',
        'worker',
        'stall ms: API',
        'worker',
      ],
      rows: seen.map((rounds, kind) => {
        const of = (value: (pass: Pass) => number) => median(rounds.map(({ pass }) => value(pass)))
        return [
          KINDS[kind]?.name ?? '',
          of(({ load }) => load.rps).toFixed(1),
          of(({ load }) => load.p50).toFixed(0),
          of(({ load }) => load.p99).toFixed(0),
          ...['api', 'worker'].map((name) => (of(({ cpu }) => cpu[name] ?? 0) / 10).toFixed(1)),
          ...['api', 'worker'].map((name) => of(({ memory }) => memory[name] ?? 0).toFixed(0)),
          ...[0, 1].map((at) => longest(rounds, at).toFixed(0)),
        ]
      }),
    },
    statements: [
      judgeFigure(
        `no event loop stood still for longer than ${most.toFixed(0)} ms (wanted: at most ${STALL_MAX_MS})`,
        { seen: most, ofMachine, wanted: STALL_MAX_MS },
        `without any image one stood still for ${ofMachine.toFixed(0)} ms`,
      ),
    ],
  }
}

function noise(): Promise<Buffer> {
  const { width, height } = EDGES
  const pixels = randomFillSync(Buffer.alloc(width * height * 3))
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY })
    .toBuffer()
}

/** The call as a form, with the image beside its inputs. */
function withImage(call: Call, image: Buffer): Call {
  const boundary = 'the-image-follows'
  const part = (head: string, body: string | Buffer) =>
    Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
      Buffer.from(body),
      Buffer.from('\r\n'),
    ])
  const body = Buffer.concat([
    part('name="task_input"', JSON.stringify({ text: 'what is on it?' })),
    part('name="task_file"; filename="noise.jpeg"\r\nContent-Type: image/jpeg', image),
    Buffer.from(`--${boundary}--\r\n`),
  ])
  const headers = { ...call.headers, 'content-type': `multipart/form-data; boundary=${boundary}` }
  return { ...call, headers, body }
}
