import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { platform } from 'node:os'
import { type TestContext, test } from 'node:test'
import {
  createDocumentProcesses,
  type DocumentProcessesOptions,
  UnreadableDocument,
} from '../../src/files/document/document-processes.ts'
import { hostileDocuments } from '../support/hostile-documents.ts'
import { descendantsOf } from '../support/processes.ts'
import { until } from '../support/system.ts'

const MB = 1_000_000
const MEMORY = 400 * MB
/** What a process takes for itself: Node and its readers. */
const OWN = 250 * MB

function open(t: TestContext, options: Partial<DocumentProcessesOptions> = {}) {
  const processes = createDocumentProcesses({
    ...{ most: 1, memory: MEMORY, timeoutMs: 60_000, pagesMax: 500, textMax: 2 * MB, inflatedMax: 200 * MB },
    ...{ pdfPagesMax: 500, outputFileMax: 20 * MB, pdfFonts: [] },
    ...options,
  })
  t.after(() => processes.close())
  return processes
}

const readers = (): number[] =>
  descendantsOf(process.pid)
    .filter(({ command }) => command.includes('document-process'))
    .map(({ pid }) => pid)

/** The most memory that a process has ever had, in bytes; 0 when it is gone. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

test('every hostile document ends in a text or a reason, and no process grows by more than its limit', {
  timeout: 600_000,
}, async (t) => {
  const documents = open(t, { timeoutMs: 6000 })
  let peak = 0
  const watching = setInterval(() => {
    for (const pid of readers()) peak = Math.max(peak, peakOf(pid))
  }, 20)
  t.after(() => clearInterval(watching))
  const before = process.memoryUsage().rss
  for (const { name, format, bytes } of hostileDocuments()) {
    const ended = await documents.extract(bytes, format).then(
      (text) => text,
      (error: unknown) => error,
    )
    const label = `${format} ${name}`
    if (typeof ended === 'string') assert.ok(ended.length <= 2 * MB && !/root:/.test(ended), label)
    else assert.ok(ended instanceof UnreadableDocument, `${label}: ${ended}`)
    t.diagnostic(
      `${label}: ${typeof ended === 'string' ? `a text of ${ended.length}` : (ended as Error).message}`,
    )
  }
  t.diagnostic(
    `peak ${Math.round(peak / MB)} MB, here ${Math.round((process.memoryUsage().rss - before) / MB)} MB`,
  )
  if (platform() === 'linux') assert.ok(peak < MEMORY + OWN, `${peak} bytes`)
  // The next process may have to start first, which on a busy machine alone may take longer than a document here.
  await until(async () => {
    const text = await documents.extract(Buffer.from('still here'), 'txt').catch(() => null)
    return text === 'still here'
  })
})
