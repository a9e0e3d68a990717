import { randomFillSync } from 'node:crypto'
import sharp from 'sharp'
import type { Drill } from '../drill.ts'
import { type Member, startFleet, taskLike } from '../fleet.ts'
import { judgeFigure } from '../judge.ts'
import type { Call } from '../load.ts'
import { measure } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { asSubject } from '../subjects.ts'
import { startWitness } from '../witness.ts'

const IMAGES = 300
const QUICK_IMAGES = 80
const CONNECTIONS = 8
const STALL_MAX_MS = 50
/** Noise, which no encoder makes smaller: so many pixels give 2 MB at that quality. */
const EDGES = { width: 1920, height: 1280 }
const QUALITY = 90

/** Runs with one large image each, sent to the model as it is and made smaller first. */
export const drillImages: Drill = async ({ quick, say }) => {
  const model = await startModel(0)
  const fleet = await startFleet({ model: modelUrl(model), watched: true })
  const witness = await startWitness()
  try {
    const [api, worker] = [fleet.apis[0] as Member, fleet.workers[0] as Member]
    const image = await noise()
    const amount = quick ? QUICK_IMAGES : IMAGES
    const rows: string[][] = []
    const stalls: number[] = []
    let ofMachine = 0
    for (const optimise of [false, true]) {
      const name = optimise ? 'made smaller for the model' : 'sent as it is'
      const fields = { image_required: true, optimise_images: optimise }
      const { id } = await fleet.project.ask<{ id: string }>('/task', taskLike(name, fields))
      const call = withImage(fleet.project.run(api.port, { task: id }), image)
      const subject = { ...asSubject(fleet), call }
      await measure(subject, { connections: CONNECTIONS, amount: Math.ceil(amount / 2) })
      for (const each of [api, worker]) await each.own.stall()
      await witness.stall()
      say(`${amount} images, ${name}`)
      const pass = await measure(subject, { connections: CONNECTIONS, amount })
      const seen = [await api.own.stall(), await worker.own.stall()]
      stalls.push(...seen)
      ofMachine = Math.max(ofMachine, await witness.stall())
      rows.push([
        name,
        pass.load.rps.toFixed(1),
        pass.load.p50.toFixed(0),
        pass.load.p99.toFixed(0),
        ...['api', 'worker'].map((process) => ((pass.cpu[process] ?? 0) / 10).toFixed(1)),
        ...['api', 'worker'].map((process) => (pass.memory[process] ?? 0).toFixed(0)),
        ...seen.map((stall) => stall.toFixed(0)),
      ])
    }
    const longest = Math.max(...stalls)
    return {
      title: `Runs with a JPEG of ${(image.length / 1e6).toFixed(1)} MB, ${CONNECTIONS} at once`,
      table: {
        head: [
          '',
          'images/s',
          'p50 ms',
          'p99 ms',
          'CPU ms: API',
          'worker',
          'MB: API',
          'worker',
          'stall ms: API',
          'worker',
        ],
        rows,
      },
      statements: [
        judgeFigure(
          `no event loop stood still for longer than ${longest.toFixed(0)} ms (wanted: at most ${STALL_MAX_MS})`,
          { seen: longest, ofMachine, wanted: STALL_MAX_MS },
          `a process that did nothing stood still for ${ofMachine.toFixed(0)} ms`,
        ),
      ],
    }
  } finally {
    await witness.stop()
    await fleet.stop()
    await model.stop()
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
