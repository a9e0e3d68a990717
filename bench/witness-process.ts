import { createServer } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openPort } from '../src/http/open-port.ts'

/**
 * A process that does nothing: what its event loop stands still is the machine's doing, and happens to others as well.
 * Prints its port. A GET answers the longest stall since the last one, in ms.
 */
const PRECISION_MS = 10
const delays = monitorEventLoopDelay({ resolution: PRECISION_MS })
delays.enable()
const server = createServer((_request, response) => {
  response.end(String(Math.max(0, delays.max / 1e6 - PRECISION_MS)))
  delays.reset()
})
process.stdout.write(`listening ${await openPort(server, '127.0.0.1', 0)}\n`)
