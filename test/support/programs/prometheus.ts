import { dirname, join } from 'node:path'
import { findOnPath } from '../../../src/platform/embedded-redis/find-on-path.ts'
import { unpackedProgram } from '../debian-program.ts'

/** Prometheus and its tool: those on the PATH, else Debian's, which come together. */
export async function findProgram() {
  const [command, promtool] = await Promise.all([findOnPath('prometheus'), findOnPath('promtool')])
  if (command && promtool) return { command, promtool, env: undefined }
  const unpacked = await unpackedProgram('prometheus')
  return { ...unpacked, promtool: join(dirname(unpacked.command), 'promtool') }
}
