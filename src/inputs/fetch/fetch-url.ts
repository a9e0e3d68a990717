import { type Dispatcher, request } from 'undici'
import { type Asker, createTurns } from '../../platform/turns.ts'
import { ProcessorFailure } from '../processor-failure.ts'
import { AddressRefused } from './guarded-agent.ts'
import type { HostRules } from './host-rules.ts'
import { leave, readBounded } from './read-bounded.ts'

export interface FetcherOptions {
  readonly agent: Dispatcher
  readonly hosts: HostRules
  /** Bytes of one answer. */
  readonly bytesMax: number
  /** For all of it, redirects included. */
  readonly timeoutMs: number
  /** How many are fetched at a time. */
  readonly most: number
}

/** Fetches what a URL leads to. */
export interface Fetcher {
  /** @throws {ProcessorFailure}; the reason of the asker's signal */
  fetch(url: string, by: Asker): Promise<Buffer>
  close(): Promise<void>
}

const MOST_REDIRECTS = 5
const LONGEST_URL = 8192
const HEADERS = {
  'user-agent': 'Splitrun',
  accept: 'text/html, application/xhtml+xml, application/pdf, text/*;q=0.9, */*;q=0.1',
  // What is not coded cannot inflate.
  'accept-encoding': 'identity',
}

export function createFetcher(options: FetcherOptions): Fetcher {
  const { agent, timeoutMs } = options
  const turns = createTurns(options.most)
  return {
    fetch: (url, by) =>
      turns.take(by, async () => {
        const { signal } = by
        signal.throwIfAborted()
        const late = AbortSignal.timeout(timeoutMs)
        try {
          return await follow(options, url, AbortSignal.any([signal, late]))
        } catch (error) {
          signal.throwIfAborted()
          if (error instanceof ProcessorFailure) throw error
          if (late.aborted) throw new ProcessorFailure('it takes too long', true, error)
          throw new ProcessorFailure(describe(error), !(error instanceof AddressRefused), error)
        }
      }),
    close: () => agent.destroy(),
  }
}

/** Every step is a URL like the first: nothing is taken on trust for where it came from. */
async function follow(options: FetcherOptions, first: string, signal: AbortSignal): Promise<Buffer> {
  let url = readUrl(first, undefined, options.hosts)
  for (let step = 0; step <= MOST_REDIRECTS; step += 1) {
    const { statusCode, headers, body } = await request(url, {
      ...{ dispatcher: options.agent, method: 'GET', headers: HEADERS, signal },
    })
    const { location } = headers
    if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') {
      leave(body)
      url = readUrl(location, url, options.hosts)
      continue
    }
    if (statusCode !== 200) {
      leave(body)
      throw new ProcessorFailure(`it answers with ${statusCode}`, statusCode >= 500 || statusCode === 429)
    }
    const coding = headers['content-encoding']
    if (coding !== undefined && coding !== 'identity') {
      leave(body)
      throw new ProcessorFailure('it answers in a coding that was not asked for', false)
    }
    return readBounded(body, options.bytesMax)
  }
  throw new ProcessorFailure(`it redirects more than ${MOST_REDIRECTS} times`, false)
}

/** @throws {ProcessorFailure} for what is no URL that may be fetched */
function readUrl(text: string, base: URL | undefined, hosts: HostRules): URL {
  const url = text.length <= LONGEST_URL && URL.canParse(text, base?.href) ? new URL(text, base) : null
  if (!url || !/^https?:$/.test(url.protocol)) throw new ProcessorFailure('it is no http or https URL', false)
  if (url.username || url.password) throw new ProcessorFailure('a URL with a password is not fetched', false)
  if (!hosts(url)) throw new ProcessorFailure('its host, or its port, is none that may be asked', false)
  url.hash = ''
  return url
}

/** Names of failures only: what a name inside a network leads to is not told. */
function describe(error: unknown): string {
  if (error instanceof AddressRefused) return error.message
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? `it cannot be fetched (${code})` : 'it cannot be fetched'
}
