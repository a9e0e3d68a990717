import { execFile } from 'node:child_process'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const FOLDER = join(import.meta.dirname, '../.splitrun/bench')
export const GATEWAY_VERSION = '1.15.2'
const PACKAGE = `@portkey-ai/gateway@${GATEWAY_VERSION}`

/** Installs the gateway apart from this project's own packages, once; returns the program that starts it. */
export async function installPortkey(): Promise<string> {
  const program = join(FOLDER, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  const installed = await access(program).then(
    () => true,
    () => false,
  )
  if (!installed) {
    await mkdir(FOLDER, { recursive: true })
    await writeFile(join(FOLDER, 'package.json'), '{"private": true}')
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', FOLDER]
    await promisify(execFile)('npm', ['install', ...options, PACKAGE])
  }
  return program
}
