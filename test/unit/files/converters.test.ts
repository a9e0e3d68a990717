import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createConverters } from '../../../src/files/conversion/converters.ts'

const NEVER = new AbortController().signal

/** One process at a time of a program. */
async function open(t: TestContext, program: string) {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-converters-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'program.cjs')
  await writeFile(file, program)
  const converters = createConverters({
    ...{ what: 'files', most: 1, memory: 500_000_000, timeoutMs: 600_000 },
    program: { file, arguments: [], largestReply: 1000 },
  })
  t.after(() => converters.close())
  return (signal: AbortSignal = NEVER) => converters.ask(1, Buffer.from('x'), { owner: 'p', signal })
}

test('who is stopped while another file is converted does not wait for it; the other is stopped by its own signal', async (t) => {
  const ask = await open(t, 'process.stdin.resume()')
  const [first, second] = [new AbortController(), new AbortController()]
  const converting = ask(first.signal)
  const waiting = ask(second.signal)
  second.abort('expired')
  await assert.rejects(waiting, (reason) => reason === 'expired')
  first.abort('cancelled')
  await assert.rejects(converting, (reason) => reason === 'cancelled')
})

/** Answers with its own id, and crashes over the file after so many. */
const crashingAfter = (files: number): string => `
  let bytes = 0
  process.stdin.on('data', (chunk) => {
    bytes += chunk.length
    if (bytes === 9 * ${files + 1}) process.exit(1)
    if (bytes % 9 !== 0) return
    const frame = Buffer.alloc(8 + 10)
    frame.writeUInt32LE(1)
    frame.writeUInt32LE(10, 4)
    frame.write(String(process.pid).padEnd(10), 8)
    process.stdout.write(frame)
  })`

test('a file is not refused for what files before it left behind: it is tried again in a fresh process, once', async (t) => {
  const ask = await open(t, crashingAfter(2))
  const seen: string[] = []
  for (let file = 0; file < 6; file += 1) {
    const reply = await ask()
    assert.ok('data' in reply, JSON.stringify(reply))
    seen.push(reply.data.toString())
  }
  assert.equal(new Set(seen).size, 3, 'a process is used until it crashes')
  const alwaysCrashing = await open(t, crashingAfter(0))
  assert.deepEqual(await alwaysCrashing(), { died: 'crashed' })
})
