import type { ModelErrorKind } from '../model-error.ts'
import { saysModelIsGone } from '../retirement/says-model-is-gone.ts'
import type { ServerError } from './read-server-error.ts'

/** The account has nothing left. By code or type in the words of some fifteen servers. */
const EMPTY =
  /insufficient_?(quota|balance|funds|credit)|billing|arrear|payment_?required|exceeded_current_quota|account_(deactivated|suspended)|credit_?(limit|balance)|out_of_credit|no_credit|^1113$|^30001$/i
/** The same in sentences, which name rates, too: they count only where the server asks for no wait. */
const EMPTY_WORDS =
  /exceeded your (current|monthly)[\w ]{0,20}(quota|credits)|(insufficient|exhausted|used (up )?all|not enough|run out of|ran out of|out of|depleted)[\w' ]{0,40}(quota|balance|funds|credits?)\b|(credit )?balance is (too low|insufficient|negative)|check your plan and billing|billing (details|hard limit|not active)|spend(ing)? limit|account (is|has been) (suspended|deactivated|past due)|in arrears|overdue|please (recharge|top up|add credits)|余额|欠费/i
const FILTERED =
  /content_?(filter|policy|management|moderation)|responsibleai|data_inspection_failed|inappropriate|moderation|safety|^1301$|sensitive/i
const FILTERED_WORDS =
  /content (management|filter|policy|moderation)|flagged|safety system|inappropriate content|violat\w* (our |the )?(usage|content) (guidelines|polic)/i
/** Where content may be refused; the words alone stand in other failures, too. */
const MAY_FILTER = new Set<number | null>([null, 400, 403, 422, 451])
const LOADING = /model_?(is_)?(loading|not_ready)|notready|warming/i
const LOADING_WORDS =
  /\b(model|server|llm|weights|instance)\b.{0,100}\b(loading|being loaded|warming up|starting( up)?|not ready|cold)\b|\bloading\b.{0,20}\bmodel|warming up|cold start/i
const AUTHENTICATION =
  /invalid_?api_?key|authentication|unauthori[sz]ed|unauthenticated|permission_?denied|forbidden|access_denied/i
const RATE = /rate_?limit|too_?many_?requests|resource_?exhausted|throttl|capacity_exceeded|^1302$|^1303$/i
const RATE_WORDS = /rate limit|too many requests|requests per (minute|second|day)|tokens per (minute|day)/i
/** A quota of nothing is no rate: this account never gets the model. Google asks for a wait all the same. */
const NO_QUOTA = /\bquota\b.{0,300}\blimit: 0(?![\d.])/i
/** What one call asks of a limit, beside the limit itself. */
const OF_LIMIT = /\blimit:? ([\d,]+).{0,100}?\brequested:? ([\d,]+)/i
const SERVER =
  /overloaded|server_?error|internal|unavailable|timeout|bad_gateway|engine|try_again|insufficient_system/i
const REQUEST =
  /invalid_?request|invalid_?argument|context_?length|bad_?request|unsupported|not_?found|validation|unprocessable|string_above|too_large/i
const REQUEST_WORDS = /context length|maximum context|too (long|large)|invalid/i

/** Statuses of servers that are too busy or not yet there, beside 5xx: a later call may be served. */
const BUSY = new Set<number | null>([408, 409, 425])
/** Too many calls: by the standard, and Groq's word for capacity that is used up. */
const TOO_MANY = new Set<number | null>([429, 498])

/**
 * What kind of failure it is: by code and type, which say more than a status, then by the words where a status is used for
 * several things, then by the status.
 * @param status of the response; null for an error that came with a success
 * @param waits whether the server asks for a wait: an account that is empty has none to ask for
 */
export function kindOfFailure(status: number | null, error: ServerError, waits: boolean): ModelErrorKind {
  const { words } = error
  const effective = error.status ?? status
  const named = [error.code, error.type].filter((name) => name !== null)
  const says = (pattern: RegExp) => named.some((name) => pattern.test(name))
  const isServers = effective !== null && effective >= 500

  if (says(EMPTY) || effective === 402 || NO_QUOTA.test(words)) return 'quota_exhausted'
  if (!waits && !isServers && EMPTY_WORDS.test(words)) return 'quota_exhausted'
  const missing = effective ?? (says(/not_found/i) ? 404 : null)
  if ([...named, words].some((each) => saysModelIsGone(missing, each))) return 'retired'
  if (MAY_FILTER.has(effective) && (says(FILTERED) || FILTERED_WORDS.test(words))) return 'content_filtered'
  if (
    says(LOADING) ||
    ((isServers || effective === null || BUSY.has(effective)) && LOADING_WORDS.test(words))
  ) {
    return 'loading'
  }
  if (says(AUTHENTICATION) || effective === 401 || effective === 403) {
    return RATE_WORDS.test(words) && effective === 403 ? 'rate_limited' : 'authentication'
  }
  if (says(RATE) || TOO_MANY.has(effective)) {
    return effective === 413 || exceedsLimit(words) ? 'bad_request' : 'rate_limited'
  }
  if (effective !== null) {
    if (isServers || BUSY.has(effective)) return RATE_WORDS.test(words) ? 'rate_limited' : 'server_error'
    // A status of the caller's fault with a code of the server's own.
    return says(SERVER) && !says(REQUEST) ? 'server_error' : 'bad_request'
  }
  if (RATE_WORDS.test(words)) return 'rate_limited'
  return says(REQUEST) || (!says(SERVER) && REQUEST_WORDS.test(words)) ? 'bad_request' : 'server_error'
}

/** Whether a call is larger than the whole limit of a minute (OpenAI, Groq): no wait lets it through. */
function exceedsLimit(words: string): boolean {
  const [, limit, requested] = OF_LIMIT.exec(words) ?? []
  return limit !== undefined && requested !== undefined && numberOf(requested) > numberOf(limit)
}

const numberOf = (digits: string): number => Number(digits.replaceAll(',', ''))
