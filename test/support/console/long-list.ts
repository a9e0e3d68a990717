import { createClient } from '../../../client/src/index.ts'
import { withCommands } from '../embedded-redis.ts'
import type { System } from '../system.ts'

/** Runs in the list, and how many of them, the newest, have an answer of a megabyte. */
const RUNS = 10_000
const LARGE = 200
const AT_ONCE = 32

/**
 * Makes ten thousand runs, all of which a worker has executed. The newest 200, which are all that a list shows in its first
 * four pages, have answers of a megabyte; with the others it would be ten gigabytes of Redis.
 */
export async function makeLongList(system: System, model: string): Promise<void> {
  const task = await system.createTask({ name: 'Large', output_modality: 'text', llm_model_id: model })
  // It tries again where the machine is slow.
  const client = createClient({ baseUrl: system.url, token: system.token })
  const run = (text: string) => client.task(task).run({ text })
  async function make(amount: number, text: string): Promise<void> {
    let left = amount
    const lane = async () => {
      while (left-- > 0) await run(text)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
  }
  await make(RUNS - LARGE, 'small')
  await make(LARGE, 'large')
}

/** Bytes that the system's Redis has sent so far. */
export const sentByRedis = ({ redis }: System): Promise<number> =>
  withCommands(redis.url, async (commands) => {
    const stats = await commands.info('stats')
    return Number(/^total_net_output_bytes:(\d+)/m.exec(stats)?.[1])
  })
