import { DONE, npmCommand, runCommand } from '../support/npm-command.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'

const command = npmCommand('cluster').description(
  'Starts a Redis Cluster on free ports of this machine: three primaries with a replica each. It is gone, with its\n' +
    'data, at Ctrl-C.',
)

await runCommand(command, async () => {
  // An interruption ends the process, and its supervisor what is left.
  const cluster = await startRedisCluster({ after() {} }, { replicas: 1, nodeTimeoutMs: 5000 })
  process.stderr.write('Three primaries with a replica each; their data goes with them at Ctrl-C.\n')
  process.stdout.write(`REDIS_URL=${cluster.url}\n`)
  // The servers keep no process alive.
  await new Promise((resolve) => setInterval(resolve, 2 ** 31 - 1))
  return DONE
})
