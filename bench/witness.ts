import { join } from 'node:path'
import { startNode } from './process.ts'

/** Tells what the machine itself does to a process that has nothing to do. */
export interface Witness {
  /** Longest stall of its event loop since the last call of this, in ms. */
  stall(): Promise<number>
  stop(): Promise<void>
}

export async function startWitness(): Promise<Witness> {
  const { port, stop } = await startNode('witness', [join(import.meta.dirname, 'witness-process.ts')])
  return {
    stop,
    stall: async () => Number(await (await fetch(`http://127.0.0.1:${port}`)).text()),
  }
}
