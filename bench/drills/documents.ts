import { setTimeout as pause } from 'node:timers/promises'
import { type HostileDocument, hostileDocuments } from '../../test/support/hostile-documents.ts'
import type { Drill } from '../drill.ts'
import { type Project, startFleet, taskLike } from '../fleet.ts'
import { judgeFigure } from '../judge.ts'
import { type Load, load } from '../load.ts'
import { median } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'

const MOST = 40
const QUICK_MOST = 4
const ROUNDS = 3
const MODEL_MS = 20
/** Calls of a window: how they fare alone, or while documents are read. */
const CALLS = 400
const CONNECTIONS = 2
/** A document that reads for ever is given up after so long. */
const TIMEOUT = '5s'
const WANTED_P99_MS = 100

/**
 * Runs without a document while another project's are read that nobody wrote with good intent: zip bombs, 10,000 pages,
 * references in circles, deep nesting.
 */
export const drillDocuments: Drill = async ({ quick, say }) => {
  const model = await startModel(MODEL_MS)
  const fleet = await startFleet({ model: modelUrl(model), env: { SPLITRUN_DOCUMENT_TIMEOUT: TIMEOUT } })
  try {
    // What is larger than a file may be is refused at the door.
    const documents = hostileDocuments()
      .filter(({ bytes }) => bytes.length < 20_000_000)
      .slice(0, quick ? QUICK_MOST : MOST)
    const other = await fleet.createProject()
    const { id } = await other.ask<{ id: string }>(
      '/task',
      taskLike('documents', { file_input_mode: 'file' }),
    )
    await load(fleet.call, { connections: CONNECTIONS, amount: CALLS })

    const alone: Load[] = []
    const beside: Load[] = []
    const reasons = new Map<string, number>()
    for (let round = 0; round < ROUNDS; round += 1) {
      const share = documents.filter((_, at) => at % ROUNDS === round)
      alone.push(await load(fleet.call, { connections: CONNECTIONS, amount: CALLS }))
      say(`round ${round + 1}: ${share.length} documents`)
      const runs = await Promise.all(share.map((each) => submit(other, fleet.apis[0]?.port ?? 0, id, each)))
      const ended = Promise.all(runs.map((run) => endOf(other, id, run)))
      let done = false
      const watching = ended.then((all) => {
        done = true
        for (const reason of all) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      })
      while (!done) beside.push(await load(fleet.call, { connections: CONNECTIONS, amount: CALLS }))
      await watching
    }
    const [seen, ofMachine] = [beside, alone].map((loads) => median(loads.map(({ p99 }) => p99)))
    const rows = [
      ['alone', ...figures(alone)],
      ['while documents are read', ...figures(beside)],
    ]
    const told = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ')
    return {
      title: `Runs beside ${documents.length} hostile documents of another project, which ended with ${told}`,
      table: { head: ['', 'windows', 'p50 ms', 'p95 ms', 'p99 ms'], rows },
      statements: [
        judgeFigure(
          `p99 of a run beside them: ${(seen ?? 0).toFixed(0)} ms (wanted: at most ${WANTED_P99_MS})`,
          { seen: seen ?? 0, ofMachine: ofMachine ?? 0, wanted: WANTED_P99_MS },
          `alone it was ${(ofMachine ?? 0).toFixed(0)} ms`,
        ),
      ],
    }
  } finally {
    await fleet.stop()
    await model.stop()
  }
}

const figures = (loads: readonly Load[]): string[] => [
  String(loads.length),
  ...(['p50', 'p95', 'p99'] as const).map((name) => median(loads.map((each) => each[name])).toFixed(1)),
]

/** Starts a run with a document, and waits for nothing. Returns its id, or why it was refused. */
async function submit(
  project: Project,
  port: number,
  task: string,
  { format, bytes }: HostileDocument,
): Promise<{ id: string } | { reason: string }> {
  const form = new FormData()
  form.append('task_input', JSON.stringify({ text: 'it' }))
  form.append('task_file', new Blob([new Uint8Array(bytes)]), `a.${format}`)
  const { 'content-type': _, ...headers } = project.headers
  const { url } = project.run(port, { task, query: '?wait=0' })
  const response = await fetch(url, { method: 'POST', headers, body: form })
  const answer = (await response.json()) as { id: string; detail?: { reason?: string } }
  return response.ok ? { id: answer.id } : { reason: answer.detail?.reason ?? String(response.status) }
}

async function endOf(
  project: Project,
  task: string,
  run: { id: string } | { reason: string },
): Promise<string> {
  if ('reason' in run) return run.reason
  for (;;) {
    type Run = { done: boolean; status: string; error: { reason: string } | null }
    const { done, status, error } = await project.ask<Run>(`/task/${task}/run/${run.id}`)
    if (done) return error?.reason ?? status
    await pause(500)
  }
}
