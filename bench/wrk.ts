import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { fetchDebianProgram } from '../src/platform/embedded-redis/fetch-debian-program.ts'
import { findOnPath } from '../src/platform/embedded-redis/find-on-path.ts'
import { silentLogger } from '../src/platform/logger.ts'
import type { Call, Load } from './load.ts'

const exec = promisify(execFile)
const SECONDS = 10
/** Long enough for the runs whose calls it broke off. */
const AFTERWARDS_MS = 1000
/** What it prints at its end, its microseconds made milliseconds. */
const REPORT = `
done = function(summary, latency)
  local wrong = summary.errors
  print(string.format('RESULT {"requests":%d,"seconds":%f,"failed":%d,"mean":%f,"p50":%f,"p95":%f,"p99":%f}',
    summary.requests, summary.duration / 1e6, wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout,
    latency.mean / 1e3, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end`

/**
 * The same as `load`, but for some seconds instead of an amount, by a generator that takes next to nothing of the
 * machine: wrk, from the PATH or, on Debian and Ubuntu, fetched. At its end it leaves up to a call per connection.
 */
export async function loadWithWrk(call: Call, connections: number): Promise<Load> {
  const folder = join(import.meta.dirname, '../.splitrun/wrk')
  const found = await findOnPath('wrk')
  const { command, env } = found
    ? { command: found, env: undefined }
    : await fetchDebianProgram('wrk', folder, silentLogger())
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-wrk-'))
  try {
    const script = join(dir, 'call.lua')
    const lua = [
      "wrk.method = 'POST'",
      `wrk.body = ${JSON.stringify(String(call.body))}`,
      ...Object.entries(call.headers).map(
        ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
      ),
      REPORT,
    ]
    await writeFile(script, lua.join('\n'))
    const args = ['-t', '1', '-c', String(connections), '-d', `${SECONDS}s`, '--timeout', '60s', '-s', script]
    const { stdout } = await exec(command, [...args, call.url], { env })
    const { failed, ...seen } = JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? '{"failed":1}')
    if (failed > 0) throw new Error(`${failed} calls failed: ${stdout}`)
    await pause(AFTERWARDS_MS)
    return { ...seen, brokenOff: connections, rps: seen.requests / seen.seconds }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
