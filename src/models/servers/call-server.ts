import { describeConnection } from '../failures/describe-connection.ts'
import type { ModelServer } from '../model-server.ts'
import { openDispatcher } from '../protocol/transport/open-dispatcher.ts'
import { readText } from '../protocol/transport/read-response.ts'
import { requestHead } from '../protocol/transport/request-head.ts'

/** No answer came; the message says why, as far as it is known. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable'
}

/** Bytes of an answer; the longest list of models has some hundred kilobytes. */
const LONGEST_ANSWER = 20_000_000

export interface ServerCall {
  /** Below the base URL. */
  readonly path: string
  /** Absent: GET. */
  readonly body?: object
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * One request beside those of runs, on a connection of its own: for lists of models and for trying one out.
 * @throws {ServerUnreachable}
 */
export async function callServer(
  server: ModelServer,
  { path, body, timeoutMs, signal }: ServerCall,
): Promise<{ status: number; text: string }> {
  const head = requestHead(server, path)
  const dispatcher = openDispatcher(server, LONGEST_ANSWER)
  try {
    const response = await dispatcher.request({
      ...{ origin: head.origin, path: head.path, headers: head.headers },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : { method: 'GET' }),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
    })
    return { status: response.statusCode, text: await readText(response, LONGEST_ANSWER) }
  } catch (cause) {
    const { code, words } = describeConnection(cause)
    const isLate = (cause as Error).name === 'TimeoutError'
    throw new ServerUnreachable(
      isLate ? `nothing within ${timeoutMs} ms` : `${words} (${code ?? 'no code'})`,
      {
        cause,
      },
    )
  } finally {
    await dispatcher.destroy()
  }
}
