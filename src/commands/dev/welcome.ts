import { join, resolve } from 'node:path'
import type { Config } from '../../config.ts'
import { needsSimulatedModel } from '../../models/servers/load-models.ts'
import type { Demo } from './demo.ts'

/** What a person is told once everything runs: a call to copy, and where all is. */
export function welcome(config: Config, demo: Demo): string {
  const dataDir = resolve(config.dataDir)
  const path = `${demo.url}/api/v1/org/${demo.org_id}/project/${demo.project_id}/task/${demo.tasks.sentiment}/run`
  const model = needsSimulatedModel(config)
    ? 'simulated: answers are made up. Set OPENAI_API_KEY or OPENAI_BASE_URL for a real one.'
    : (config.modelsFile ?? config.openaiBaseUrl ?? 'OpenAI')
  // A token that was given is known to who gave it, and need not stand on a screen.
  const key = config.adminToken === null ? demo.admin_token : demo.token
  return `
Splitrun listens at ${demo.url}

Look at it:

  ${demo.url}/console/#key=${encodeURIComponent(key)}

Try it:

  curl -s ${path} \\
    -H 'Authorization: Bearer ${demo.token}' \\
    -H 'Content-Type: application/json' \\
    -d '{"task_input": {"text": "I love this, it is great!"}}'

Models  ${model}
Redis   ${config.redisUrl ? 'given by REDIS_URL' : `embedded, in ${dataDir}`}
Ids     ${join(dataDir, 'dev.json')} (ids and tokens of the demo)
Logs    ${join(dataDir, 'logs')}
Stop    Ctrl-C; all data is kept
`
}
