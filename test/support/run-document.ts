import { spawn } from 'node:child_process'
import type { Block } from './documents.ts'

/** Before each line that is ours on the shell's standard error. */
const MARK = '@documents '
/** Before all blocks: what fails ends the shell, and each call says how it was answered. */
const PREAMBLE = `set -euo pipefail
curl() { command curl -w '%{stderr}${MARK}status %{http_code}\\n' "$@"; }
`

/** How one block went. */
export interface BlockRun {
  readonly block: Block
  /** Statuses from 400 on of its calls. */
  readonly refused: readonly number[]
  /** What it wrote to standard error. */
  readonly trouble: string
}

export interface DocumentRun {
  /** Those that were begun, in their order. */
  readonly blocks: readonly BlockRun[]
  /** Of the shell: 0, or that of the command in the last block at which it ended. */
  readonly code: number | null
  readonly output: string
}

/** Runs the blocks of a document in one bash, one after the other, as a reader does who pastes them. */
export async function runBlocks(
  blocks: readonly Block[],
  options: { cwd: string; env: Record<string, string> },
): Promise<DocumentRun> {
  const parts = blocks.map(({ text }, at) => `echo '${MARK}block ${at}' >&2\n${text}\n`)
  const script = PREAMBLE + parts.join('')
  const child = spawn('bash', ['-c', script], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  )
  const code = await ended
  const [, ...begun] = texts.stderr.split(`${MARK}block `)
  return {
    code,
    output: texts.stdout,
    blocks: begun.map((text) => {
      const block = blocks[Number.parseInt(text, 10)] as Block
      const statuses = [...text.matchAll(new RegExp(`${MARK}status (\\d+)`, 'g'))].map(([, status]) =>
        Number(status),
      )
      return { block, refused: statuses.filter((status) => status >= 400), trouble: text }
    }),
  }
}
