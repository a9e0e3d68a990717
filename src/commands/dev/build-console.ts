import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const BUILD = join(import.meta.dirname, '../../../console/build.ts')

/** Most of what a failed build says that is told on. */
const MOST_SHOWN = 2000

/** A build of the console that goes on. */
export interface ConsoleBuild {
  /** Null when the console is as its sources are; else what went wrong. It never rejects. */
  readonly done: Promise<string | null>
  /** Ends it before its time. */
  stop(): Promise<void>
}

/** Builds the console in a process of its own, where its sources are there and have changed since it was built last. */
export function buildConsole(): ConsoleBuild {
  if (!existsSync(BUILD)) return { done: Promise.resolve(null), stop: async () => {} }
  const child = spawn(process.execPath, [BUILD, '--if-changed'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const said = text(child.stderr)
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', resolve)
  })
  return {
    done: ended.then(async (code) =>
      code === 0 ? null : (await said).trim().slice(0, MOST_SHOWN) || 'it was ended',
    ),
    async stop() {
      child.kill()
      await ended
    },
  }
}
