import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { findProgram } from '../support/programs/httpx.ts'
import { findPython } from '../support/python.ts'
import { useSystem } from '../support/system.ts'

const exec = promisify(execFile)

describe('a program in Python', () => {
  const running = useSystem()

  test("speaks to /v1 by Debian's httpx: responses, chats, streams by lines, errors", async () => {
    const system = running()
    const text = await system.createTask({ output_modality: 'text' })
    const object = await system.createTask()
    const { command, env } = await findPython(await findProgram())
    const script = join(import.meta.dirname, '../fixtures/openai-client.py')
    const { stdout } = await exec(command, [script, text, object], {
      env: { ...process.env, ...env, V1: `${system.url}/v1`, TOKEN: system.token },
    })
    assert.ok(JSON.parse(stdout).text)
  })
})
