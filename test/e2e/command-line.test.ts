import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const CLI = join(import.meta.dirname, '../../src/cli.ts')
const NODE_CLI = `'${process.execPath}' '${CLI}'`

/** Runs a line of shell, with these variables and none of this process's settings. */
function shell(line: string, env: Record<string, string> = {}) {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const options = { env: { PATH, HOME, NODE_COMPILE_CACHE, ...env }, maxBuffer: 16_000_000 }
    const child = execFile('bash', ['-o', 'pipefail', '-c', line], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

test('used wrongly, a process says so on standard error and ends with 2', async () => {
  const { code, stdout, stderr } = await shell(`${NODE_CLI} tokne`)
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /^splitrun: unknown command 'tokne'\n\(Did you mean token\?\)\n/)
})

test('whoever reads what is printed may stop reading', async () => {
  const document = await shell(`${NODE_CLI} openapi`)
  // More than a pipe holds.
  assert.ok(document.stdout.length > 100_000)
  assert.equal(JSON.parse(document.stdout).openapi, '3.1.1')
  const { code, stdout, stderr } = await shell(`${NODE_CLI} openapi | head -c 9`)
  assert.deepEqual([code, stdout, stderr], [0, document.stdout.slice(0, 9), ''])
})

test('whoever reads what is wrong may stop reading, too', async () => {
  const { stdout } = await shell(`{ { ${NODE_CLI} tokne; echo $? >&4; } 2>&1 >/dev/null | true; } 4>&1`)
  assert.equal(stdout, '2\n')
})

const onLinux = { skip: process.platform === 'linux' ? false : 'it needs programs and devices of Linux' }

test('what cannot be written is a failure', onLinux, async () => {
  const { code, stderr } = await shell(`${NODE_CLI} --help > /dev/full`)
  assert.equal(code, 1)
  assert.match(stderr, /^splitrun: ENOSPC/)
})

test('on a terminal there are colours, unless NO_COLOR is set', onLinux, async () => {
  const onTerminal = (env: Record<string, string>) =>
    shell(`script -qec "${NODE_CLI} --help" /dev/null`, { TERM: 'xterm-256color', ...env })
  const [colored, plain] = await Promise.all([onTerminal({}), onTerminal({ NO_COLOR: '1' })])
  assert.ok(colored.stdout.startsWith('\x1b[1mUsage:'))
  assert.match(plain.stdout, /^Usage:/)
  assert.ok(!plain.stdout.includes('\x1b'))
})
