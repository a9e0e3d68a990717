import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** Below what anybody needs rights for, and below what systems give out by themselves unless they say otherwise. */
const FIRST = 10_000
const END = givenOutFrom()

/**
 * Ports for what has to be told its port before it runs, and for addresses that nobody answers at. None of them is
 * given to anybody who asks for any port (`listen(0)`, a connection's own end): those stay free while a test runs
 * beside a hundred servers. Each is given once, to one process of this machine, until that ends.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = FIRST + Math.floor(Math.random() * (END - FIRST))
    if ((await claim(port)) && (await isFree(port))) ports.push(port)
  }
  return ports
}

/**
 * Keeps a port from all others who ask for free ones: whoever is given it listens there only some seconds later. What is
 * held is UDP's port of the same number, which nobody here uses; the system lets go of it with this process.
 */
async function claim(port: number): Promise<boolean> {
  const held = createSocket('udp4')
  try {
    await once(held.bind({ port, address: '127.0.0.1', exclusive: true }), 'listening')
    held.unref()
    return true
  } catch {
    held.close()
    return false
  }
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
