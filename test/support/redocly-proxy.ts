import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cleanup } from './system.ts'

const REDOCLY = join(import.meta.dirname, '../../node_modules/@redocly/cli/bin/cli.js')

/** What it found, once it has ended. */
export interface Report {
  readonly run: { readonly totalExchanges: number; readonly undocumentedExchanges: number }
  readonly problems: readonly {
    target: string
    message: string
    method: string
    path: string
    status: number
  }[]
}

/**
 * Redocly's proxy between clients and `target`: a second opinion, by a tool of others, on what the contract proxy says.
 * It is a process of its own and tells what it found when it ends, so it serves one test and not all.
 */
export async function startRedoclyProxy(t: Cleanup, target: string, document: object) {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-proxy-'))
  const file = join(folder, 'openapi.json')
  await writeFile(file, JSON.stringify(document))
  const options = ['--target', target, '--port', '0', '--api', file, '--har', join(folder, 'traffic.har')]
  const child = spawn(
    process.execPath,
    [REDOCLY, 'proxy', ...options, '--match-mode', 'basepath', '--format', 'json'],
    { cwd: folder, env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' } },
  )
  const ended = once(child, 'close')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
    await rm(folder, { recursive: true, force: true })
  })
  let text = ''
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (part: Buffer): void => {
      text += part
      const listening = /listening on (http:\S+)/.exec(text)?.[1]
      if (listening) resolve(listening)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void ended.then(() => reject(new Error(text)))
  })
  return {
    url,
    async report(): Promise<Report> {
      child.kill('SIGINT')
      await ended
      return JSON.parse(text.slice(text.indexOf('\n{'))) as Report
    },
  }
}
