import { join } from 'node:path'
import type { Config } from '../config.ts'
import { createApiMetrics } from '../http/api-metrics.ts'
import { createBuiltFiles } from '../http/console/built-files.ts'
import { serveConsole } from '../http/console/serve-console.ts'
import { type ApiDeps, endpointsOf } from '../http/endpoints.ts'
import { createStreamPlaces } from '../http/events/stream-places.ts'
import { createMayReadMetrics } from '../http/metrics-access.ts'
import { listen } from '../http/port/listen.ts'
import type { Endpoint } from '../http/route.ts'
import { createApplication } from '../http/server.ts'
import { createFleetMetrics } from '../metrics/fleet-metrics.ts'
import { createAdaptationStore } from '../models/learned/adaptation-store.ts'
import { newId } from '../platform/ids.ts'
import { createProcessMetrics } from '../platform/process-metrics.ts'
import { publisherOf } from '../platform/redis/channel-listener.ts'
import { queuePrefix } from '../queue/bullmq-keys.ts'
import { createLiveFeeds } from '../runs/live/live-feeds.ts'
import { createProjectEnds } from '../runs/live/project-ends.ts'
import { createFileRoom } from '../runs/start/file-room.ts'
import { createShardRotation } from '../runs/start/shard-rotation.ts'
import { createStorageQuota } from '../runs/start/storage-quota.ts'
import { createFeedbackRecords } from '../runs/store/feedback-records.ts'
import { readRuns } from '../runs/store/read-runs.ts'
import { shardKeys } from '../runs/store/run-keys.ts'
import { followShardCounts } from '../runs/store/shard-counts.ts'
import { createReplyInbox } from '../runs/wait/reply-inbox.ts'
import { composeAccess } from './compose-access.ts'
import { type Core, shardsOf, taskLimits, warnOfRedis } from './compose-core.ts'
import { sayWhatIsWrongWithFiles } from './compose-files.ts'
import { openProcessPort } from './compose-process-port.ts'
import { sayThatAnswersAreSimulated } from './compose-simulated-model.ts'

/** Where the build leaves the console. */
const CONSOLE = join(import.meta.dirname, '../../console/dist')

/** Starts the API of this process. `processPort`: of its own metrics; null when none is configured. */
export async function composeApi(core: Core): Promise<{ port: number; processPort: number | null }> {
  const { config, log, lifecycle, tracer, connections, redis, tenants, runs } = core
  warnOfRedis(core)
  sayThatAnswersAreSimulated(core)
  sayWhatIsWrongWithFiles(core)
  const metrics = createProcessMetrics(redis, [
    { name: 'splitrun_waiting_calls', help: 'Calls that wait for a run here.', read: () => inbox.size() },
    {
      name: 'splitrun_open_streams',
      help: 'Streams of events that are open here.',
      read: () => streams.size(),
    },
  ])
  const apiMetrics = createApiMetrics(metrics)
  const { authenticate, taskTokens, tokenDeps, sessionDeps } = await composeAccess(core)
  const id = newId()
  const feeds = createLiveFeeds({ runs, api: id, log })
  const streams = createStreamPlaces({ most: config.streamsMax, mostOfProject: config.projectStreamsMax })
  const ends = createProjectEnds(publisherOf(redis, shardKeys(0).watching))
  const inbox = createReplyInbox({
    id,
    runs,
    also: (shard) => ({
      [shardKeys(shard).news(id)]: feeds.onNews,
      ...(shard === 0 && {
        [shardKeys(0).ends]: ends.onEnds,
        [shardKeys(0).watching]: core.tellEnds.onWatching,
      }),
    }),
    onListening: feeds.onListening,
    onUnheard: feeds.onUnheard,
    connections: shardsOf(config).map((shard) =>
      connections.blocking(`replies:${shard}`, queuePrefix(shard)),
    ),
    onDelivered: apiMetrics.delivered,
    log,
  })
  lifecycle.onClose('inbox', () => inbox.close())
  const counts = await followShardCounts(redis, config.shards, config.idempotencyRetention * 1000)
  lifecycle.onClose('numbers of shards', () => counts.close())
  const fleet = {
    metrics: createFleetMetrics({
      ...core,
      cacheMs: config.metricsCache * 1000,
      timesBy: config.metricsTimesBy,
    }).text,
    mayReadMetrics: createMayReadMetrics(config.metricsToken),
  }
  const endpoints = endpointsOf({
    ...core,
    ...config,
    ...tokenDeps,
    ...sessionDeps,
    storageQuota: createStorageQuota(runs, config.projectKeptBytes),
    fileRoom: createFileRoom(runs, config.projectFileBytes),
    // Replies on a connection come one after the other: those of lists are large, and runs do not wait behind them.
    listedRuns: readRuns(await connections.commands('lists'), config.shards, core.findWait),
    adaptations: createAdaptationStore(redis),
    feedback: createFeedbackRecords(redis),
    ...{ taskTokens, inbox, feeds, ends, nextShard: createShardRotation(config.shards) },
    otherShardCounts: counts.others,
    streams,
    ready: () => runs.reach().then(core.probeFiles),
    ...fleet,
  })
  const app = createApplication(
    {
      ...config,
      ...{ tenants, authenticate, log, tracer, apiMetrics },
      console: serveConsole(createBuiltFiles(CONSOLE)),
    },
    endpoints,
  )
  const server = await listen(app, config)
  // First no new connection is accepted; then the waits end, whose responses are 202; then the last response is sent.
  lifecycle.onClose('http', async () => {
    const closed = server.close()
    ends.close()
    await inbox.close()
    await closed
  })
  const processPort = await openProcessPort(core, { metrics, healthy: async () => true, fleet })
  return { port: server.port, processPort }
}

/**
 * The declarations of all endpoints, for code that only reads them, such as tests and the linter of the OpenAPI document.
 * What their handlers need is left out, so that nothing has to be opened.
 */
export function declareEndpoints(config: Config): Endpoint[] {
  return endpointsOf({ ...config, limits: taskLimits(config) } as unknown as ApiDeps)
}
