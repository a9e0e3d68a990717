import { z } from 'zod'
import { readRedisTarget } from './platform/redis/redis-target.ts'

/** One setting: its name in the environment, its default as it would be written there, and its meaning. */
export interface Setting<T> {
  readonly name: string
  readonly initial: string | null
  readonly schema: z.ZodType<T, string | undefined>
  readonly doc: string
}

const UNITS_OF_TIME = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const
const UNITS_OF_SIZE = { b: 1, kb: 1000, mb: 1_000_000, gb: 1_000_000_000 } as const

function withUnit(units: Record<string, number>, plain: string, example: string, low: number, high: number) {
  const pattern = new RegExp(`^(\\d+(?:\\.\\d+)?)(${Object.keys(units).join('|')})?$`, 'i')
  return z.string().transform((text, context) => {
    const match = pattern.exec(text.trim())
    const value = Number(match?.[1]) * (units[(match?.[2] ?? plain).toLowerCase()] ?? Number.NaN)
    if (value >= low && value <= high) return value
    context.issues.push({ code: 'custom', input: text, message: `expected something like ${example}` })
    return z.NEVER
  })
}

/** Seconds, written `300`, `90s`, `5m`, `24h`, `30d` or `500ms`. */
const seconds = (low: number, high: number) => withUnit(UNITS_OF_TIME, 's', '300s, 5m or 30d', low, high)
const wholeSeconds = (low: number, high: number) => seconds(low, high).transform(Math.floor)
/**
 * Only characters that are safe in every token. In base64url, `>`, `?`, `~` and characters beyond ASCII can become `-` or
 * `_`, which one client cannot read.
 */
const issuer = () =>
  z
    .string()
    .trim()
    .max(200)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/, 'expected a name or a URL of letters, digits and . _ : / -')
    .transform((text) => text.replace(/\/+$/, ''))
/** Bytes, written `512`, `64kb`, `1mb`; decimal units. */
const bytes = (low: number, high: number) => withUnit(UNITS_OF_SIZE, 'b', '64kb or 1mb', low, high)
const integer = (low: number, high: number) =>
  z.string().trim().transform(Number).pipe(z.int().min(low).max(high))
const fraction = () => z.string().trim().transform(Number).pipe(z.number().min(0).max(1))
const text = () => z.string().trim().min(1)
const optional = <T>(schema: z.ZodType<T, string>) =>
  z
    .string()
    .optional()
    .transform((value) => (value === '' ? undefined : value))
    .pipe(schema.optional())
    .transform((value): T | null => value ?? null)
const redisTarget = () =>
  text().superRefine((value, context) => {
    try {
      readRedisTarget(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
    }
  })
/** `name=value,name=value` with percent-encoded values, as in OpenTelemetry's settings for headers. */
const pairs = () =>
  z.string().transform((text, context) => {
    const found = text.split(',').filter((pair) => pair.trim() !== '')
    const entries = found.map((pair) => /^\s*([\w.-]+)\s*=\s*([^\s]*)\s*$/.exec(pair)?.slice(1) ?? [])
    try {
      if (entries.every(([name]) => name !== undefined)) {
        return Object.fromEntries(entries.map(([name = '', value = '']) => [name, decodeURIComponent(value)]))
      }
    } catch {
      // The percent-encoding is invalid. The values are secrets, so they are not in the message.
    }
    context.issues.push({
      code: 'custom',
      input: '',
      message: 'expected something like name=value,name=value',
    })
    return z.NEVER
  })
/** A URL, or a path alone: what of it stands before all paths, without a slash at its end. */
const pathPrefix = () =>
  text().transform((value, context) => {
    const path = URL.canParse(value) ? new URL(value).pathname : value
    if (/^(\/[\w.~-]+)*\/?$/.test(path)) return path.replace(/\/$/, '')
    context.issues.push({
      code: 'custom',
      input: value,
      message: 'expected something like https://example.com/splitrun or /splitrun',
    })
    return z.NEVER
  })
const origins = () =>
  names().refine(
    (all) => all.every((each) => each === '*' || (URL.canParse(each) && new URL(each).origin === each)),
    'expected origins such as https://app.example, separated by commas, or *',
  )
const names = () =>
  z.string().transform((value) =>
    value
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  )

function setting<T>(
  name: string,
  initial: string | null,
  schema: z.ZodType<T, string | undefined>,
  doc: string,
) {
  return { name, initial, schema, doc } as Setting<T>
}

const DAY = 86_400

/** All settings. The table in docs/reference/settings.md is made from this list, and a test compares them. */
// biome-ignore format: a table, one setting a line
export const SETTINGS = {
  port: setting('PORT', '3000', integer(0, 65_535), 'Port of the API; 0: any free port.'),
  host: setting('HOST', '127.0.0.1', text(), 'Address that the API listens on.'),
  dataDir: setting('SPLITRUN_DATA_DIR', '.splitrun', text(), 'Folder for the embedded Redis, files and dev.json.'),
  redisUrl: setting('REDIS_URL', null, optional(redisTarget()), 'redis://, rediss://, redis+sentinel://, redis+cluster:// or a socket path. Unset: refused, but by `npm start`, which then starts a Redis of its own.'),
  redisTimeout: setting('SPLITRUN_REDIS_TIMEOUT', '5s', seconds(0.1, 60), 'Longest time that a request waits for a reply of Redis before it is refused with 503.'),
  redisPatience: setting('SPLITRUN_REDIS_PATIENCE', '60s', seconds(0, 3600), 'How long a process waits for Redis when it starts, before it gives up.'),
  shards: setting('SPLITRUN_SHARDS', '1', integer(1, 256), 'Number of shards for new runs; never lower it while runs are kept.'),
  publicPath: setting('SPLITRUN_PUBLIC_URL', '/', pathPrefix(), 'Where callers reach the API behind a proxy, as a URL or a path: its path stands before each Location and in the OpenAPI document.'),
  corsOrigins: setting('SPLITRUN_CORS_ORIGINS', '', origins(), 'Origins whose scripts may call the API, separated by commas; `*` for all. Empty: none.'),
  adminToken: setting('SPLITRUN_ADMIN_TOKEN', null, optional(z.string().min(16)), 'Token of the administrator, at least 16 characters. Unset: no administrator over HTTP.'),
  tokenSecret: setting('SPLITRUN_TOKEN_SECRET', null, optional(z.string().min(32)), 'Key that access tokens are signed with, at least 32 characters. Unset: made once and kept in Redis.'),
  issuer: setting('SPLITRUN_ISSUER', 'splitrun', issuer(), 'Issuer of access tokens: a name or a URL. Changing it invalidates all of them.'),
  accessTokenLifetime: setting('SPLITRUN_ACCESS_TOKEN_LIFETIME', '3600s', wholeSeconds(1, 30 * DAY), 'How long an access token of an OAuth client lasts.'),
  taskTokenLifetime: setting('SPLITRUN_TASK_TOKEN_LIFETIME', '3650d', wholeSeconds(1, 36_500 * DAY), "How long a task's access token lasts after the task's creation or its rotation."),
  consoleSession: setting('SPLITRUN_CONSOLE_SESSION', '12h', wholeSeconds(1, 30 * DAY), 'How long a session of the console lasts.'),
  authFailuresFree: setting('SPLITRUN_GUESSES_MAX', '10', integer(1, 10_000), 'Wrong client secrets that an address may send for one client before it has to wait; ten times as many for all clients.'),
  authPause: setting('SPLITRUN_GUESS_PAUSE', '1s', seconds(0.1, 3600), 'How long it has to wait then; doubled for each further one.'),
  authPauseMax: setting('SPLITRUN_GUESS_PAUSE_MAX', '15m', seconds(0.1, DAY), 'Longest wait of this kind.'),
  trustProxy: setting('SPLITRUN_TRUST_PROXY', '0', integer(0, 100), 'Number of proxies in front of the API whose X-Forwarded-For is trusted.'),
  logLevel: setting('SPLITRUN_LOG_LEVEL', 'info', z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), 'Least severe level that is logged.'),
  metricsPort: setting('SPLITRUN_METRICS_PORT', null, optional(integer(0, 65_535)), "Port for the process's own /metrics and /healthz. Unset: none."),
  shutdownGrace: setting('SPLITRUN_SHUTDOWN_GRACE', '20s', seconds(0, 600), 'How long a process that stops lets its work finish.'),

  otlpEndpoint: setting('OTEL_EXPORTER_OTLP_ENDPOINT', null, optional(z.url({ protocol: /^https?$/ })), 'Base URL of an OpenTelemetry collector that receives OTLP over HTTP. Unset: no traces.'),
  otlpHeaders: setting('OTEL_EXPORTER_OTLP_HEADERS', '', pairs(), 'Headers for the collector: `name=value`, separated by commas, values percent-encoded.'),
  otlpTimeout: setting('OTEL_EXPORTER_OTLP_TIMEOUT', '10000', integer(1, 60_000), 'Longest time of one export to the collector, including retries, in milliseconds.'),
  serviceName: setting('OTEL_SERVICE_NAME', 'splitrun', text(), 'Name of the service in traces.'),
  traceRatio: setting('OTEL_TRACES_SAMPLER_ARG', '1', fraction(), 'Share of the traces that start here which are recorded; for requests with a `traceparent`, the caller decides.'),
  spanQueueMax: setting('OTEL_BSP_MAX_QUEUE_SIZE', '2048', integer(1, 1_000_000), 'Most spans that wait for an export; more are dropped.'),
  spanDelay: setting('OTEL_BSP_SCHEDULE_DELAY', '5000', integer(1, 60_000), 'Milliseconds between two exports; a full batch (512 spans) is exported at once.'),

  openaiApiKey: setting('OPENAI_API_KEY', null, optional(text()), 'Key for the OpenAI-compatible server.'),
  openaiBaseUrl: setting('OPENAI_BASE_URL', null, optional(z.url({ protocol: /^https?$/ })), 'Base URL of the OpenAI-compatible server, with its /v1.'),
  modelNames: setting('SPLITRUN_MODELS', '', names(), 'Models of that server, separated by commas. Empty with `npm start` and a base URL: the models that the server lists; else it must be set.'),
  modelOutput: setting('SPLITRUN_MODEL_OUTPUT', 'json_schema', z.enum(['json_schema', 'json_object', 'none']), 'Which structured output those models support.'),
  modelsFile: setting('SPLITRUN_MODELS_FILE', null, optional(text()), 'JSON file of servers and models; replaces the four settings above.'),
  modelTimeout: setting('SPLITRUN_MODEL_TIMEOUT', '120s', seconds(0.01, 3600), 'Longest time of one model call.'),
  modelMemory: setting('SPLITRUN_MODEL_MEMORY', '1h', seconds(1, 30 * 86_400), 'How long a model is asked without what its server said that it does not know.'),
  modelEnds: setting('SPLITRUN_MODEL_ENDS', 'true', z.stringbool(), 'Whether servers are asked once a day, by `GET /models`, when their models end.'),
  modelAttempts: setting('SPLITRUN_MODEL_ATTEMPTS', '4', integer(1, 20), 'Most model calls for one completion, including the first.'),
  modelErrorWords: setting('SPLITRUN_MODEL_ERROR_WORDS', 'true', z.stringbool(), "Whether log lines of failed model calls hold the server's own words, which may repeat parts of a prompt."),
  modelBackoff: setting('SPLITRUN_MODEL_BACKOFF', '500ms', seconds(0.001, 60), 'First pause between such calls; doubled each time, with jitter.'),

  simulatedUrl: setting('SPLITRUN_SIMULATED_URL', null, optional(z.url()), 'URL of a simulated model that is running. Unset: a process that needs one starts it.'),
  simulatedPort: setting('SPLITRUN_SIMULATED_PORT', '0', integer(0, 65_535), 'Port of the simulated model.'),
  simulatedLatency: setting('SPLITRUN_SIMULATED_LATENCY', '150ms', seconds(0, 600), 'Time until it responds.'),
  simulatedJitter: setting('SPLITRUN_SIMULATED_JITTER', '0s', seconds(0, 600), 'Most that is added to this time, at random.'),
  simulatedTokensPerSecond: setting('SPLITRUN_SIMULATED_TOKENS_PER_SECOND', '0', integer(0, 1_000_000), 'Tokens per second of its completions; 0: at once.'),
  simulatedSeed: setting('SPLITRUN_SIMULATED_SEED', null, optional(integer(0, 2 ** 32 - 1)), 'Makes its faults and jitter the same for the same calls in the same order. Unset: random.'),
  simulatedRefuses: setting('SPLITRUN_SIMULATED_REFUSES', '', names(), 'What its server does not know, and answers with 400: `json_schema`, `json_object`, members of a request, separated by commas.'),
  simulatedNoSystemTurn: setting('SPLITRUN_SIMULATED_NO_SYSTEM_TURN', 'false', z.stringbool(), 'Whether it refuses system prompts as a turn of their own.'),
  simulatedShutdownDate: setting('SPLITRUN_SIMULATED_SHUTDOWN_DATE', null, optional(z.iso.date()), 'The day on which its models end, as its list of models says it.'),
  simulatedRateLimited: setting('SPLITRUN_SIMULATED_RATE_LIMITED', '0', fraction(), 'Share of its calls that get 429.'),
  simulatedServerError: setting('SPLITRUN_SIMULATED_SERVER_ERROR', '0', fraction(), 'Share that get 500.'),
  simulatedHang: setting('SPLITRUN_SIMULATED_HANG', '0', fraction(), 'Share that get no response.'),
  simulatedCut: setting('SPLITRUN_SIMULATED_CUT', '0', fraction(), 'Share whose response is cut off.'),
  simulatedInvalidJson: setting('SPLITRUN_SIMULATED_INVALID_JSON', '0', fraction(), 'Share whose JSON is broken.'),
  simulatedSchemaViolation: setting('SPLITRUN_SIMULATED_SCHEMA_VIOLATION', '0', fraction(), 'Share whose JSON has the wrong shape.'),
  simulatedTruncated: setting('SPLITRUN_SIMULATED_TRUNCATED', '0', fraction(), 'Share whose answer is cut short (`length`).'),
  simulatedFiltered: setting('SPLITRUN_SIMULATED_FILTERED', '0', fraction(), 'Share whose answer is cut off by a filter.'),
  simulatedDeclined: setting('SPLITRUN_SIMULATED_DECLINED', '0', fraction(), 'Share that the model refuses to answer.'),
  simulatedEmpty: setting('SPLITRUN_SIMULATED_EMPTY', '0', fraction(), 'Share whose answer is empty.'),
  simulatedErrorInAnswer: setting('SPLITRUN_SIMULATED_ERROR_IN_ANSWER', '0', fraction(), 'Share with an error beside a part of the answer.'),
  simulatedReasoning: setting('SPLITRUN_SIMULATED_REASONING', '0', fraction(), 'Share with reasoning in the text.'),
  simulatedNoQuota: setting('SPLITRUN_SIMULATED_NO_QUOTA', '0', fraction(), 'Share that an empty account refuses.'),
  simulatedLoading: setting('SPLITRUN_SIMULATED_LOADING', '0', fraction(), 'Share that get 503 because the model is being loaded.'),

  runRetention: setting('SPLITRUN_RUN_RETENTION', '30d', seconds(1, 3650 * DAY), 'How long a finished run and its files are kept.'),
  reportDays: setting('SPLITRUN_REPORT_DAYS', '400', integer(1, 3650), 'For how many days totals are kept for reports, today included.'),
  comparisonDays: setting('SPLITRUN_COMPARISON_DAYS', '30', integer(1, 400), 'For how many days the totals that compare the revisions of a task are kept, by the hour.'),
  reportRollupsMax: setting('SPLITRUN_REPORT_ROLLUPS_MAX', '100000', integer(1, 10_000_000), 'Most totals (one per day, revision, model and reporting group) that one report adds up.'),
  reportingGroupsMax: setting('SPLITRUN_REPORTING_GROUPS_MAX', '1000', integer(0, 100_000), 'Most reporting groups of a project; more are counted as `other`.'),
  metricsRevisionsMax: setting('SPLITRUN_METRICS_REVISIONS_MAX', '200', integer(0, 10_000), 'Most revisions with series of their own in /metrics, apart from the shares of projects; more are counted as `other`.'),
  metricsProjectRevisions: setting('SPLITRUN_METRICS_PROJECT_REVISIONS', '5', integer(0, 10_000), 'Share of each project: this number of its revisions have series of their own, whatever other projects have; at most the setting above.'),
  metricsToken: setting('SPLITRUN_METRICS_TOKEN', null, optional(z.string().min(16)), 'Bearer token that requests for /metrics of the whole installation need, at least 16 characters. Unset: none.'),
  metricsPublic: setting('SPLITRUN_METRICS_PUBLIC', 'true', z.stringbool(), 'Whether the port of the API serves /metrics. `false`: only SPLITRUN_METRICS_PORT of the API processes does, as /metrics/fleet.'),
  metricsTimesBy: setting('SPLITRUN_METRICS_TIMES_BY', 'revision', z.enum(['revision', 'task', 'project']), 'What the histograms of times in /metrics have series for: most of its lines are theirs.'),
  metricsCache: setting('SPLITRUN_METRICS_CACHE', '1s', seconds(0, 60), 'How old the values in /metrics may be.'),
  waitMax: setting('SPLITRUN_WAIT_MAX', '900s', seconds(0, 3600), 'Longest time that a request waits for its run before the response is 202.'),
  runTimeout: setting('SPLITRUN_RUN_TIMEOUT', '24h', seconds(0.1, 30 * DAY), 'Longest time of a run, unless its task or its caller sets another.'),
  queueTimeout: setting('SPLITRUN_QUEUE_TIMEOUT', '24h', seconds(0.1, 30 * DAY), 'Time within which a run has to be started, unless its task sets another.'),
  idempotencyRetention: setting('SPLITRUN_IDEMPOTENCY_RETENTION', '24h', seconds(1, 30 * DAY), 'How long an Idempotency-Key is remembered.'),
  queueMax: setting('SPLITRUN_QUEUE_MAX', '1000000', integer(1, 100_000_000), 'Most queued runs in all; more are refused with 503.'),
  projectQueueMax: setting('SPLITRUN_PROJECT_QUEUE_MAX', '200000', integer(1, 100_000_000), 'Most queued runs of one project; more are refused with 429.'),
  projectQueueBytes: setting('SPLITRUN_PROJECT_QUEUE_BYTES', '1gb', bytes(1_000_000, 1_000_000_000_000), 'Most bytes of the requests of one project\'s queued runs; more are refused with 429.'),
  projectKeptBytes: setting('SPLITRUN_PROJECT_KEPT_BYTES', '10gb', bytes(100_000, 1_000_000_000_000_000), 'Most bytes of ended runs that one project keeps, without files; from there on its runs are refused with 429 until some have expired.'),
  queueWindow: setting('SPLITRUN_LANE_WINDOW', '16', integer(1, 10_000), "How many queued runs of a project for one model have a job at once; the others are in a backlog, so that no project or model waits for another's."),
  ignoreInputProcessors: setting('SPLITRUN_IGNORE_INPUT_PROCESSORS', 'false', z.stringbool(), 'Whether revisions with input_processors or rag run without them, with answers that may be wrong, instead of being refused.'),
  untestedBullmq: setting('SPLITRUN_UNTESTED_BULLMQ', 'false', z.stringbool(), 'Whether processes start with a version of BullMQ that was not tested.'),
  settlePatience: setting('SPLITRUN_SETTLE_PATIENCE', '60s', seconds(0, 3600), 'How long a worker keeps a result in memory while Redis is away.'),
  concurrency: setting('SPLITRUN_CONCURRENCY', '100', integer(1, 10_000), 'Most runs of one model that one worker process executes at once, in each shard.'),
  lockDuration: setting('SPLITRUN_LOCK_DURATION', '8s', seconds(1, 600), "How long a run stays claimed after its worker has died."),
  stalledInterval: setting('SPLITRUN_STALLED_INTERVAL', '3s', seconds(0.5, 600), 'How often workers check for such runs.'),
  claimsMax: setting('SPLITRUN_CLAIMS_MAX', '5', integer(1, 100), 'How often one run may be claimed by workers that die, before it fails with WORKER_LOST.'),
  janitorInterval: setting('SPLITRUN_JANITOR_INTERVAL', '5s', seconds(0.1, 3600), 'How often one of the workers checks for runs that lost their job, and 1/256 of the files for those without a run.'),
  fileGrace: setting('SPLITRUN_FILE_GRACE', '10m', seconds(1, 30 * DAY), 'Age from which files without a run are removed; must be longer than any request takes to create its run.'),

  connectionsMax: setting('SPLITRUN_CONNECTIONS_MAX', '10000', integer(1, 1_000_000), 'Most connections to one API process; more are closed at once.'),
  streamsMax: setting('SPLITRUN_STREAMS_MAX', '5000', integer(1, 1_000_000), 'Most streams of events that one API process serves at once; more are refused with 429.'),
  projectStreamsMax: setting('SPLITRUN_PROJECT_STREAMS_MAX', '2000', integer(1, 1_000_000), 'Most of them for one project.'),
  projectEventsRate: setting('SPLITRUN_PROJECT_EVENTS_RATE', '20', integer(1, 1000), 'Most ends of runs that each watcher of a project is told of in a second; of more, the number.'),
  requestTimeout: setting('SPLITRUN_REQUEST_TIMEOUT', '120s', seconds(0.1, 3600), 'Longest time that a client may take to send a request, or may read nothing of the response.'),
  keepAlive: setting('SPLITRUN_KEEP_ALIVE', '65s', seconds(0.1, 3600), 'How long a connection may stay without a request; must be longer than that of a proxy in front.'),
  headerLimit: setting('SPLITRUN_HEADER_LIMIT', '16kb', bytes(1024, 1_000_000), "Largest head of a request, including its path."),
  bodyLimit: setting('SPLITRUN_BODY_LIMIT', '4mb', bytes(1024, 100_000_000), 'Largest request body without its files.'),
  imageLimit: setting('SPLITRUN_IMAGE_LIMIT', '20mb', bytes(1024, 200_000_000), 'Largest single file.'),
  imagePixelsMax: setting('SPLITRUN_IMAGE_PIXELS_MAX', '50000000', integer(1, 500_000_000), 'Most pixels in one image, counted before it is decoded.'),
  imageMemory: setting('SPLITRUN_IMAGE_MEMORY', '1gb', bytes(50_000_000, 100_000_000_000), 'Most memory for converting one image, in a process of its own (Linux keeps to it). A picture that needs more fails its run.'),
  imageTimeout: setting('SPLITRUN_IMAGE_TIMEOUT', '30s', seconds(0.1, 3600), 'Longest that converting one image may take.'),
  imageProcesses: setting('SPLITRUN_IMAGE_PROCESSES', null, optional(integer(1, 256)), 'Images that one worker process converts at once. Unset: one per core, and one less where there are several.'),
  documentPagesMax: setting('SPLITRUN_DOCUMENT_PAGES_MAX', '500', integer(1, 100_000), 'Most pages of a PDF document whose text is read.'),
  documentTextMax: setting('SPLITRUN_DOCUMENT_TEXT_MAX', '2000000', integer(1000, 100_000_000), 'Most characters of the text of one document.'),
  documentInflatedMax: setting('SPLITRUN_DOCUMENT_INFLATED_MAX', '200mb', bytes(100_000, 10_000_000_000), 'Most bytes that an Office file may say that it inflates to.'),
  documentMemory: setting('SPLITRUN_DOCUMENT_MEMORY', '500mb', bytes(50_000_000, 100_000_000_000), 'Most memory for reading one document, in a process of its own (Linux keeps to it). A document that needs more fails its run.'),
  documentTimeout: setting('SPLITRUN_DOCUMENT_TIMEOUT', '30s', seconds(0.1, 3600), 'Longest that reading one document may take.'),
  documentProcesses: setting('SPLITRUN_DOCUMENT_PROCESSES', null, optional(integer(1, 256)), 'Documents that one worker process reads at once. Unset: one per core, and one less where there are several.'),
  fetch: setting('SPLITRUN_FETCH', 'false', z.stringbool(), 'Whether the input processor `url_fetcher` fetches what tasks and callers name.'),
  fetchAllow: setting('SPLITRUN_FETCH_ALLOW', '', names(), 'Hosts that may be fetched from, separated by commas; `*.example.com` for all below one. Empty: every public host, on ports 80 and 443.'),
  fetchNetworks: setting('SPLITRUN_FETCH_NETWORKS', '', names(), 'Networks (CIDR) whose addresses may be dialled though they are not public, separated by commas.'),
  fetchBytes: setting('SPLITRUN_FETCH_BYTES', '5mb', bytes(1024, 200_000_000), 'Most bytes of what is fetched, and of the answer of an HTTP processor.'),
  fetchTimeout: setting('SPLITRUN_FETCH_TIMEOUT', '20s', seconds(0.1, 600), 'Longest that one fetch may take, redirects included.'),
  fetchConcurrency: setting('SPLITRUN_FETCH_CONCURRENCY', '8', integer(1, 1000), 'Fetches of one worker process at a time.'),
  inputProcessorsFile: setting('SPLITRUN_INPUT_PROCESSORS_FILE', null, optional(text()), 'JSON file of input processors that are asked by HTTP.'),
  filesMax: setting('SPLITRUN_FILES_MAX', '8', integer(0, 100), 'Most files in one run.'),
  uploadsMax: setting('SPLITRUN_UPLOADS_MAX', '512mb', bytes(1_000_000, 1_000_000_000_000), 'Most bytes of request bodies in the memory of one API process; beyond this, uploads are refused with 429.'),
  fieldsMax: setting('SPLITRUN_FIELDS_MAX', '100', integer(1, 10_000), 'Most fields in a form.'),
  taskInputMax: setting('SPLITRUN_TASK_INPUT_MAX', '1000000', integer(2, 10_000_000), 'Longest task_input, in characters of its JSON.'),
  promptMax: setting('SPLITRUN_PROMPT_MAX', '2000000', integer(1000, 100_000_000), 'Longest that both prompts of a run may become with its inputs, in characters; a placeholder that stands twice puts its input in twice.'),
  modelImagesMax: setting('SPLITRUN_MODEL_IMAGES_MAX', '50mb', bytes(1024, 1_000_000_000), 'Most bytes of all images, PDF documents and recordings of a run together, as a model gets them.'),
  responseLimit: setting('SPLITRUN_RESPONSE_LIMIT', '1mb', bytes(256, 50_000_000), 'Largest text of a completion, in bytes of UTF-8; with a larger one the run fails.'),
  outputDepthMax: setting('SPLITRUN_OUTPUT_DEPTH_MAX', '10', integer(1, 50), 'Deepest nesting of an output_format.'),
  outputKeysMax: setting('SPLITRUN_OUTPUT_KEYS_MAX', '500', integer(1, 10_000), 'Most keys in an output_format, all levels together.'),
  runsPageMax: setting('SPLITRUN_RUNS_PAGE_MAX', '8mb', bytes(100_000, 32_000_000), 'Most bytes of runs on one page of a list; a page that would be larger is shorter.'),
  listsMax: setting('SPLITRUN_LISTS_MAX', '64mb', bytes(100_000, 1_000_000_000_000), 'Most bytes of runs on all pages of lists that one API process reads and sends at once; beyond this, lists are refused with 429.'),
  weightsMax: setting('SPLITRUN_WEIGHTS_MAX', '50', integer(1, 1000), 'Most active revisions of a task.'),
  scoresMax: setting('SPLITRUN_SCORES_MAX', '20', integer(0, 100), 'Most scores that a task declares for feedback on its runs.'),
  parametersMax: setting('SPLITRUN_PARAMETERS_MAX', '1000', integer(1, 100_000), 'Most parameters of a revision, both its prompts together.'),
  timeoutMax: setting('SPLITRUN_TIMEOUT_MAX', '30d', seconds(1, 30 * DAY), 'Largest timeout and queue_timeout that a task may have.'),
  tagsMax: setting('SPLITRUN_TAGS_MAX', '100', integer(1, 10_000), 'Most tags of a project for its tasks, and as many for revisions.'),
  policiesMax: setting('SPLITRUN_LIMITS_MAX', '50', integer(1, 1000), 'Most limits of a project, those of its tasks and keys included.'),
  importLimit: setting('SPLITRUN_IMPORT_LIMIT', '16mb', bytes(1024, 200_000_000), 'Largest file that is exported or imported.'),
  openaiModelsMax: setting('SPLITRUN_OPENAI_MODELS_MAX', '1000', integer(1, 100_000), 'Most tasks that `GET /v1/models` lists, the newest first.'),
  revisionsMax: setting('SPLITRUN_REVISIONS_MAX', '1000', integer(1, 100_000), 'Most revisions of a task.'),
  trafficHistoryMax: setting('SPLITRUN_TRAFFIC_HISTORY_MAX', '1000', integer(1, 100_000), 'Most changes of its weights that the history of a task keeps, the newest.'),
} as const

/** The settings as rows of a table: name, default, meaning. */
export function describeSettings(): { name: string; initial: string; doc: string }[] {
  return Object.values(SETTINGS).map(({ name, initial, doc }) => ({ name, initial: initial ?? '', doc }))
}
