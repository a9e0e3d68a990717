/** What a connection failed for, as far as its error tells. */
export interface ConnectionCause {
  /** Such as `ECONNREFUSED`; null when there is none. */
  readonly code: string | null
  /** For a person. */
  readonly words: string
  /** False where the next connection would fail in the same way. */
  readonly passes: boolean
  /** False where there was no connection, so that nobody can have read the request. */
  readonly opened: boolean
}

/** Statuses with which a proxy would answer the next call, too. */
const REFUSED_BY_PROXY = new Set([401, 403, 405, 407])
const NEVER_OPENED =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|UND_ERR_ABORTED)$/

const CERTIFICATE =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|CRL_)/
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of its host is not known',
  EAI_AGAIN: 'the name of its host could not be looked up',
  ECONNREFUSED: 'it was refused: nothing listens there',
  ECONNRESET: 'it was closed by the other side',
  EPIPE: 'it was closed by the other side',
  UND_ERR_SOCKET: 'it was closed by the other side',
  STREAM_CUT: 'the stream ended before the answer',
  ETIMEDOUT: 'nobody answered',
  UND_ERR_CONNECT_TIMEOUT: 'nobody answered',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its network',
}

/** Looks for the code of a failed connection in an error and its causes: each layer wraps the one below. */
export function describeConnection(cause: unknown): ConnectionCause {
  const status = proxyStatusOf(cause)
  if (status !== null) {
    const words = `its proxy did not let it through: ${status}`
    return { code: `PROXY_${status}`, words, passes: !REFUSED_BY_PROXY.has(status), opened: false }
  }
  const codes = codesOf(cause)
  const code = codes.find((each) => !each.startsWith('UND_ERR')) ?? codes[0] ?? null
  if (code !== null && (CERTIFICATE.test(code) || code.startsWith('ERR_SSL'))) {
    return { code, words: 'its certificate, or its TLS, is not accepted', passes: false, opened: false }
  }
  const opened = !codes.some((each) => NEVER_OPENED.test(each))
  return { code, words: WORDS[code ?? ''] ?? 'it broke', passes: true, opened }
}

/** The status with which a proxy answered in the server's place, in the words of undici; null for any other failure. */
function proxyStatusOf(cause: unknown): number | null {
  let error = cause
  for (let depth = 0; depth < 5 && error instanceof Error; depth += 1) {
    const found = /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(error.message)
    if (found) return Number(found[1])
    error = error.cause
  }
  return null
}

function codesOf(cause: unknown): string[] {
  const codes: string[] = []
  let error = cause
  for (let depth = 0; depth < 5 && error instanceof Error; depth += 1) {
    // Several addresses of one name were tried.
    const tried: unknown[] = error instanceof AggregateError ? error.errors : []
    for (const each of [error, ...tried.slice(0, 5)]) {
      const code = (each as { code?: unknown }).code
      if (typeof code === 'string') codes.push(code.slice(0, 60))
    }
    error = error.cause
  }
  return codes
}
