import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findOnPath } from '../../src/platform/embedded-redis/find-on-path.ts'
import type { Program } from './debian-program.ts'

/** The Python that has the modules which came with a program of Debian's: the machine's own, else the one that came, too. */
export async function findPython({ command, env }: Program): Promise<Program> {
  const root = join(dirname(command), '..')
  const modules = { ...env, PYTHONPATH: join(root, 'lib/python3/dist-packages') }
  const own = (await exists('/usr/bin/python3')) ? '/usr/bin/python3' : await findOnPath('python3')
  if (own) return { command: own, env: modules }
  return { command: join(root, 'bin/python3'), env: { ...modules, PYTHONHOME: root } }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
