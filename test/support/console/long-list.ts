import { createClient } from '../../../client/src/index.ts'
import { withCommands } from '../embedded-redis.ts'
import { chatCompletion, startRecordedServer } from '../recorded-server.ts'
import type { Cleanup, System } from '../system.ts'

/** Bytes of an answer to a prompt that asks for a large one, and to any other. */
const LARGE = 1_000_000
const SMALL = 100

/** A model that answers a prompt with the word `large` in it with a megabyte. Returns where it is. */
export async function startLargeModel(t: Cleanup): Promise<string> {
  const { url } = await startRecordedServer(t, ({ body }) => ({
    // The prompt alone: a model may have that word in its name.
    body: chatCompletion('x'.repeat(JSON.stringify(body.messages ?? []).includes('large') ? LARGE : SMALL)),
  }))
  return url
}

/** How many runs a list has in all, and how many of them, the newest, have an answer of a megabyte. */
export interface ListSize {
  readonly runs: number
  readonly large: number
  readonly atOnce: number
}

/**
 * Makes a list of runs, all executed by workers. Only the newest have answers of a megabyte, more than a list reads before
 * somebody asks for older ones: with all of ten thousand it would be ten gigabytes of Redis.
 */
export async function makeLongList(
  run: (text: string) => Promise<unknown>,
  { runs, large, atOnce }: ListSize,
): Promise<void> {
  for (const [amount, text] of [
    [runs - large, 'small'],
    [large, 'large'],
  ] as const) {
    let left = amount
    const lane = async () => {
      while (left-- > 0) await run(text)
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
  }
}

/** Runs a new task of a system, again where the machine is too slow for it. */
export async function runnerOf(system: System): Promise<(text: string) => Promise<unknown>> {
  const task = await system.createTask({ name: 'Large', output_modality: 'text', llm_model_id: 'large' })
  const client = createClient({ baseUrl: system.url, token: system.token })
  return (text) => client.task(task).run({ text })
}

/** Bytes that the system's Redis has sent so far. */
export const sentByRedis = ({ redis }: System): Promise<number> =>
  withCommands(redis.url, async (commands) => {
    const stats = await commands.info('stats')
    return Number(/^total_net_output_bytes:(\d+)/m.exec(stats)?.[1])
  })
