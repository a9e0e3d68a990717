import { createServer } from 'node:http'
import type { Express } from 'express'
import { openPort } from '../../src/http/port/open-port.ts'

/** What all baselines put before the input, so that they send the model as much as Splitrun does. */
export const PROMPT = 'You classify texts. Be exact and brief. Classify the sentiment of this text: '

/** `http://127.0.0.1:PORT/v1`, from the command line. */
export function modelUrl(): URL {
  return new URL(process.argv[2] ?? '')
}

/** Listens on any free port and says which. */
export async function listen(app: Express): Promise<void> {
  const port = await openPort(createServer(app), '127.0.0.1', 0)
  process.stdout.write(`listening ${port}\n`)
}
