import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './free-ports.ts'
import { findProgram } from './programs/tinyproxy.ts'
import type { Cleanup } from './system.ts'

/**
 * Tinyproxy, a proxy as companies have them: it forwards and tunnels, wants a name and a password, and cuts connections
 * that are silent for some seconds. The one on the PATH, else Debian's.
 */
export async function startTinyproxy(t: Cleanup, { silentSeconds = 600 } = {}) {
  const { command, env } = await findProgram()
  const [port = 0] = await freePorts(1)
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-tinyproxy-'))
  const file = join(dir, 'tinyproxy.conf')
  const settings = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    `Timeout ${silentSeconds}`,
    'MaxClients 100',
    'LogLevel Info',
    'ViaProxyName "tinyproxy"',
    'BasicAuth me a-password',
  ]
  await writeFile(file, `${settings.join('\n')}\n`)
  const child = spawn(command, ['-d', '-c', file], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  const listening = new Promise<void>((resolve, reject) => {
    const hear = (part: Buffer) => {
      log += part
      if (/accepting connections/i.test(log)) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', () => reject(new Error(`tinyproxy ended: ${log}`)))
    child.on('error', reject)
  })
  t.after(async () => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit')
    await rm(dir, { recursive: true, force: true })
  })
  await listening
  return { host: `127.0.0.1:${port}`, url: `http://me:a-password@127.0.0.1:${port}`, log: () => log }
}
