import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findProgram } from './programs/llama.ts'
import { writeRandomModel } from './random-model.ts'
import type { Cleanup } from './system.ts'

/** Of the engine: what this file uses. */
interface Engine {
  getLlama(options: object): Promise<{
    loadModel(options: { modelPath: string }): Promise<LoadedModel>
    createGrammarForJsonSchema(schema: object): Promise<object>
    dispose(): Promise<void>
  }>
  LlamaCompletion: new (options: {
    contextSequence: object
  }) => {
    generateCompletion(prompt: string, options: object): Promise<string>
    dispose(): void
  }
}
interface LoadedModel {
  tokenize(text: string): readonly number[]
  createContext(options: object): Promise<{ getSequence(): object; dispose(): Promise<void> }>
}

/**
 * A real engine with a model of random weights, behind a chat completions door: what it writes means nothing, but is drawn
 * by a real sampler, held to the schema by a grammar, and cut where the tokens end. One call at a time.
 */
export async function startLlamaServer(t: Cleanup): Promise<{ url: string }> {
  const { module, dir } = await findProgram()
  const { getLlama, LlamaCompletion } = (await import(pathToFileURL(module).href)) as Engine
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: 1 })
  t.after(() => llama.dispose())
  const modelPath = join(dir, 'random.gguf')
  await writeRandomModel(modelPath)
  const model = await llama.loadModel({ modelPath })
  let before: Promise<unknown> = Promise.resolve()

  async function complete(body: Body): Promise<object> {
    const schema = body.response_format?.json_schema?.schema
    const prompt = body.messages.map(({ role, content }) => `${role}: ${content}\n`).join('')
    const context = await model.createContext({ contextSize: 4096, threads: 1 })
    const completion = new LlamaCompletion({ contextSequence: context.getSequence() })
    try {
      const most = body.max_tokens ?? 2000
      const text = await completion.generateCompletion(prompt, {
        maxTokens: most,
        temperature: body.temperature ?? 1,
        ...(schema ? { grammar: await llama.createGrammarForJsonSchema(schema) } : {}),
      })
      const [input, output] = [model.tokenize(prompt).length, model.tokenize(text).length]
      return {
        object: 'chat.completion',
        model: body.model,
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: text },
            finish_reason: output >= most ? 'length' : 'stop',
          },
        ],
        usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
      }
    } finally {
      completion.dispose()
      await context.dispose()
    }
  }

  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const turn = before.then(() => complete(JSON.parse(text) as Body))
    before = turn.catch(() => {})
    const [status, body] = await turn.then(
      (found) => [200, found] as const,
      (error: Error) => [400, { error: { message: error.message, type: 'invalid_request_error' } }] as const,
    )
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(
    () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }
}

interface Body {
  readonly model: string
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  readonly max_tokens?: number
  readonly temperature?: number
  readonly response_format?: { readonly json_schema?: { readonly schema?: object } }
}
