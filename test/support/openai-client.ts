import OpenAI, { type ClientOptions } from 'openai'
import type { System } from './system.ts'

/**
 * OpenAI's own client as it is, but for its base URL and its key. Its answers are held against the OpenAPI document.
 * @param options of the client; by default it repeats nothing
 */
export function openAiClient(system: System, options: Partial<ClientOptions> = {}): OpenAI {
  return new OpenAI({
    baseURL: `${system.checkedUrl}/v1`,
    apiKey: system.token,
    maxRetries: 0,
    ...options,
  })
}

/** The name under which a task is listed. */
export async function modelNameOf(system: System, task: string): Promise<string> {
  const { body } = await system.call('GET', `/task/${task}`)
  return `task/${body.name}`
}
