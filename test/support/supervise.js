import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Plain JavaScript, because an older Node has to be able to read it: to say that it is too old.

const WATCH_EVERY_MS = 250
/** By this name the program's environment has its folder; without it nobody supervises it. */
const FOLDER = 'SPLITRUN_SUPERVISED_FOLDER'
/** A process that was killed is gone within milliseconds; one whose parent never collects it stays on the list. */
const GONE_AFTER_TRIES = 100

/**
 * Runs a TypeScript program with this process's arguments, in a process group and a temporary folder of its own, and
 * ends with its exit code. Whatever ends the program (its end, a crash, a signal to this process, a terminal or a
 * parent that is gone), nothing of its group and of that folder is left. Should this process be killed, the program
 * notices by its channel, and does the same: see npm-command.ts.
 *
 * An interruption exits with 128 and the signal's number; a Node that is too old with 2 and a sentence.
 *
 * @param {URL} program
 */
export function supervise(program) {
  const problem = reasonAgainstThisNode()
  if (problem) return leave(2, problem)

  /** @type {import('node:child_process').ChildProcess | null} */
  let child = null
  const parent = process.ppid
  const folder = mkdtempSync(join(tmpdir(), 'splitrun-'))
  let ended = false
  const end = async (/** @type {number} */ code, /** @type {string=} */ words) => {
    if (ended) return
    ended = true
    if (child?.pid) await killGroup(child.pid)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    leave(code, words)
  }
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => end(128 + constants.signals[signal], 'interrupted'))
  }
  setInterval(() => {
    if (process.ppid !== parent) void end(128 + constants.signals.SIGHUP, 'interrupted: its parent is gone')
  }, WATCH_EVERY_MS)
  child = spawn(process.execPath, [fileURLToPath(program), ...process.argv.slice(2)], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, TMPDIR: folder, [FOLDER]: folder },
  })
  child.once('error', (error) => end(1, error.message))
  child.once('exit', (code, signal) => (signal ? end(1, `ended by ${signal}`) : end(code ?? 1)))
}

/** A sentence for a person; null when this Node will do. */
function reasonAgainstThisNode() {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const needed = parseInt(JSON.parse(manifest).dependencies.node, 10)
  if (parseInt(process.versions.node, 10) >= needed) return null
  return (
    `This needs Node ${needed}, and this is Node ${process.versions.node}. ` +
    '`npm install` brings the right one, and `npm run` uses it.'
  )
}

/** @param {number} group */
async function killGroup(group) {
  try {
    process.kill(-group, 'SIGKILL')
    for (let each = 0; each < GONE_AFTER_TRIES; each += 1) {
      process.kill(-group, 0)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error
  }
}

/**
 * @param {number} code
 * @param {string=} words
 */
function leave(code, words) {
  // Its terminal may be gone.
  process.stderr.on('error', () => process.exit(code))
  if (!words) process.exit(code)
  process.stderr.write(`${words}\n`, () => process.exit(code))
}
