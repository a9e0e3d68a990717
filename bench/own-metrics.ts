import { createServer } from 'node:http'
import { openPort } from '../src/http/port/open-port.ts'

/** What a process of Splitrun tells of itself on a port of its own. */
export interface OwnMetrics {
  readonly port: number
  /** A number; of a metric with labels, that of the first series. */
  read(name: string): Promise<number>
  /** Longest stall of its event loop since the last call of this, in ms. */
  stall(): Promise<number>
}

/** How often Node looks at the loop: one that never stalls is seen this late. */
const PRECISION_MS = 10
const LAG = 'nodejs_eventloop_lag_max_seconds'

/** For a process that will be started with such a port: any that is free. */
export async function chooseOwnPort(): Promise<OwnMetrics> {
  const server = createServer()
  const port = await openPort(server, '127.0.0.1', 0)
  await new Promise((resolve) => server.close(resolve))
  let longest = 0

  async function read(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    const find = (wanted: string) =>
      Number(new RegExp(`^${wanted}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
    // With each answer the process begins anew to look for the longest.
    longest = Math.max(longest, find(LAG) * 1000 - PRECISION_MS)
    return find(name)
  }
  return {
    port,
    read,
    async stall() {
      await read(LAG)
      const since = longest
      longest = 0
      return since
    },
  }
}
