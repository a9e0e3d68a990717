import { createServer } from 'node:http'
import { openPort } from '../src/http/port/open-port.ts'
import { COMPLETION } from './mock-completion.ts'

/**
 * A model that costs next to nothing: it reads a request, waits, and always answers the same. Its CPU is not counted.
 * Usage: node bench/mock-model.ts LATENCY_MS; prints its port. A GET answers how many calls it has had.
 */
const latency = Number(process.argv[2] ?? 0)
let calls = 0
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(String(calls))
    return
  }
  request.resume()
  request.once('end', () => {
    calls += 1
    const answer = () => response.writeHead(200, COMPLETION.head).end(COMPLETION.body)
    if (latency > 0) setTimeout(answer, latency)
    else answer()
  })
})
server.keepAliveTimeout = 60_000
process.stdout.write(`listening ${await openPort(server, '127.0.0.1', 0)}\n`)
