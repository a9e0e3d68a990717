import { startLimitedServer } from '../test/support/limited-server.ts'

/**
 * A model that keeps limits as providers do, and answers 429 to what does not fit. What a call uses depends on its prompt,
 * by another rule than the one that Splitrun estimates by. A GET answers what it has seen.
 * Usage: node bench/limited-model.ts LIMITS, where LIMITS is JSON of `LimitedServerOptions`; prints its port.
 */
const options = JSON.parse(process.argv[2] ?? '{}')
const uses = (call: number, prompt: string) => ({
  input: 20 + Math.ceil(prompt.length / 2.9),
  output: 40 + ((call * 7) % 25),
})
const { url } = await startLimitedServer({ after: () => {} }, { ...options, uses })
process.stdout.write(`listening ${new URL(url).port}\n`)
