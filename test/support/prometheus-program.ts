import { dirname, join } from 'node:path'
import { fetchDebianProgram } from '../../src/platform/embedded-redis/fetch-debian-program.ts'
import { findOnPath } from '../../src/platform/embedded-redis/find-on-path.ts'
import { createLogger } from '../../src/platform/logger.ts'

const DIR = join(import.meta.dirname, '../../.splitrun/prometheus')

/** The programs of Prometheus: those on the PATH, else Debian's, fetched into the repository's data folder once. */
export async function prometheusPrograms(): Promise<{
  readonly prometheus: string
  readonly promtool: string
  readonly env: NodeJS.ProcessEnv | undefined
}> {
  const [prometheus, promtool] = await Promise.all([findOnPath('prometheus'), findOnPath('promtool')])
  if (prometheus && promtool) return { prometheus, promtool, env: undefined }
  try {
    const { command, env } = await fetchDebianProgram('prometheus', DIR, createLogger('info'))
    return { prometheus: command, promtool: join(dirname(command), 'promtool'), env }
  } catch (cause) {
    const problem = (cause as Error).message
    throw new Error(`The tests need prometheus and promtool on the PATH, or apt-get: ${problem}`, { cause })
  }
}
