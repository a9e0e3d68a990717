import { createServer, type ServerResponse } from 'node:http'
import { openPort } from '../src/http/port/open-port.ts'
import { COMPLETION } from './mock-completion.ts'

/**
 * A model in trouble. Usage: node bench/troubled-model.ts KIND; prints its port. A GET answers how many calls it has had.
 *
 * - `saturated`: answers 20 calls a second, one after the other; the others wait
 * - `hanging`: never answers
 * - `refusing`: answers 429 to every call, without a time
 * - `failing`: answers 500 to every call, after a while
 * - `limited`: answers 20 calls a second at once, and 429 to the others, without a time
 */
const PER_SECOND = 20
/** Of `failing`: how long it takes, in ms. */
const FAILS_AFTER_MS = 200
const kind = process.argv[2] ?? 'hanging'

let calls = 0
const answer = (response: ServerResponse): void =>
  void response.writeHead(200, COMPLETION.head).end(COMPLETION.body)
const refuse = (response: ServerResponse): void => {
  const error = { message: 'Too many requests', type: 'rate_limit' }
  response.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
}

const fail = (response: ServerResponse): void =>
  void setTimeout(() => response.writeHead(500).end('{}'), FAILS_AFTER_MS)

const waiting: ServerResponse[] = []
if (kind === 'saturated') {
  setInterval(() => {
    const next = waiting.shift()
    if (next) answer(next)
  }, 1000 / PER_SECOND)
}
let budget = 1
let filled = performance.now()
function isWithinLimit(): boolean {
  const now = performance.now()
  budget = Math.min(PER_SECOND, budget + ((now - filled) / 1000) * PER_SECOND)
  filled = now
  if (budget < 1) return false
  budget -= 1
  return true
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(String(calls))
    return
  }
  request.resume()
  request.once('end', () => {
    calls += 1
    if (kind === 'saturated') waiting.push(response)
    else if (kind === 'refusing') refuse(response)
    else if (kind === 'failing') fail(response)
    else if (kind === 'limited') (isWithinLimit() ? answer : refuse)(response)
  })
})
process.stdout.write(`listening ${await openPort(server, '127.0.0.1', 0)}\n`)
