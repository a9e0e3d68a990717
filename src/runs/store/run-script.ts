import { loadScript, type Script } from '../../platform/redis/redis.ts'

const file = (name: string): URL => new URL(`./scripts/${name}.lua`, import.meta.url)

/** One of the scripts that change runs, with what they share before it. Its first key is the shard's prefix, or a run. */
export const runScript = (name: string): Script => loadScript(file(name), file('queue'))
