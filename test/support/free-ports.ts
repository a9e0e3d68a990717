import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** Below what anybody needs rights for, and below what systems give out by themselves unless they say otherwise. */
const FIRST = 10_000
const END = givenOutFrom()

/**
 * Ports for what has to be told its port before it runs, and for addresses that nobody answers at. None of them is
 * given to anybody who asks for any port (`listen(0)`, a connection's own end): those stay free while a test runs
 * beside a hundred servers. Two that ask at once get different ones but by a chance of one in some thousands.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = FIRST + Math.floor(Math.random() * (END - FIRST))
    if (!ports.has(port) && (await isFree(port))) ports.add(port)
  }
  return [...ports]
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return true
  } catch {
    return false
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

/** Where the range begins of which the system gives ports to whoever asks for any: Linux says it. */
function givenOutFrom(): number {
  try {
    const [from = ''] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s/)
    return Math.max(Number(from), FIRST + 5000)
  } catch {
    return 32_768
  }
}
