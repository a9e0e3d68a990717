import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Where the PATH has a program; null when it has none of this name. */
export async function findOnPath(name: string): Promise<string | null> {
  const find = ['-c', 'command -v "$1"', 'sh', name]
  const { stdout } = await exec('/bin/sh', find).catch(() => ({ stdout: '' }))
  return stdout.trim() || null
}
