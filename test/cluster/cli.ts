import { startRedisCluster } from '../support/redis-cluster.ts'

const cleanups: (() => Promise<void> | void)[] = []

async function stop(): Promise<void> {
  for (const clean of cleanups.splice(0)) await clean()
}
// Held open by this alone: the servers keep no process alive.
const waiting = setInterval(() => {}, 60_000)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clearInterval(waiting)
    void stop()
  })
}

try {
  const t = { after: (clean: () => Promise<void> | void) => void cleanups.push(clean) }
  const cluster = await startRedisCluster(t, { replicas: 1, nodeTimeoutMs: 5000 })
  process.stdout.write(`Three primaries with a replica each; their data goes with them at Ctrl-C.

REDIS_URL=${cluster.url}
`)
} catch (error) {
  clearInterval(waiting)
  await stop()
  throw error
}
