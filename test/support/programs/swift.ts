import { dirname, join } from 'node:path'
import { DATA, unpackedProgram } from '../debian-program.ts'

/** OpenStack Swift as Debian packages it: its parts, the modules that these need, and memcached. */
export async function findProgram() {
  const packages = ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'memcached']
  const { command, env } = await unpackedProgram('swift', 'usr/bin/swift-proxy-server', packages)
  const modules = join(DATA, 'swift/usr/lib/python3/dist-packages')
  return { memcached: join(dirname(command), 'memcached'), env: { ...env, PYTHONPATH: modules } }
}
