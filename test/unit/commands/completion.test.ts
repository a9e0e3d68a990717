import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { commandNames, listCommands, runHere } from '../../support/command-line.ts'

/** What bash offers for the last of these words. */
async function complete(...words: string[]): Promise<string[]> {
  const { stdout: script } = await runHere(['completion', 'bash'])
  const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _splitrun; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await promisify(execFile)('bash', ['-uc', `${script}\n${ask}`, 'bash', ...words])
  return stdout.split('\n').filter(Boolean).sort()
}

test('bash completes commands, options and arguments', async () => {
  assert.deepEqual(await complete('splitrun', 'to'), ['token'])
  assert.deepEqual(await complete('splitrun', '--v'), ['--version'])
  assert.deepEqual(await complete('splitrun', 'token', '--pro'), ['--project', '--project-name'])
  assert.deepEqual(await complete('splitrun', 'completion', 'b'), ['bash'])
  assert.deepEqual(await complete('splitrun', 'help', 'wor'), ['worker'])
  // Then bash goes on with names of files.
  assert.deepEqual(await complete('splitrun', 'import', 'a'), [])
})

test('each script knows every command and every option', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await runHere(['completion', shell])
    assert.deepEqual([code, stderr], [0, ''])
    for (const name of commandNames()) assert.ok(stdout.includes(name), `${name} in ${shell}`)
    for (const { long } of listCommands().flatMap(({ options }) => options)) {
      const spelled = shell === 'fish' ? `-l ${long?.slice(2)} ` : long
      assert.ok(stdout.includes(spelled ?? ''), `${long} in ${shell}`)
    }
  }
})

test('a shell that nobody wrote a script for is refused with the names of those that have one', async () => {
  const { code, stdout, stderr } = await runHere(['completion', 'ksh'])
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /bash, zsh, fish/)
})
