import type { ModelError, ModelRequest } from '../model.ts'
import { rulesOf } from '../protocol/request-parameters.ts'
import type { Refused } from './adaptation.ts'

/** How servers say that they do not know a member of a request, in the words of some twenty of them. */
const UNKNOWN =
  /unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|extra_forbidden|extra inputs|not allowed|unavailable|deprecated|invalid parameter|cannot find field|no longer|not (enabled|available)|only .{0,40} supported|roles must alternate/i
/** The only value that is taken is the default, so that the parameter is better left out. */
const FIXED =
  /only (the default|\d(\.\d+)?)( \([^)]*\))?( value)? is (allowed|accepted|permitted)\b|must be (set to )?(1(\.0)?|the default)\b(?! or| and| to)/i
/** The kind of output that is asked for is none of those that are known. */
const OTHER_FORMAT = /(invalid value|must be|should be|supported values|expected)/i
const FORMATS = /['"`](text|json_object|json_schema)['"`]/

const namesOtherFormats = (message: string): boolean =>
  OTHER_FORMAT.test(message) && FORMATS.test(message) && FORMAT.test(message)
/** The schema is at fault, not that there is one: another task's may be taken. */
const THIS_SCHEMA = /invalid schema|invalid json schema|schema is (too|invalid)/i
/** The value is at fault; with another one the parameter is taken. */
const OUT_OF_RANGE =
  /(less|greater) than|at (most|least)|out of range|too (large|long|small|high)|up to|between|exceed|(supported|allowed|valid) values|one of\b/i

/**
 * What a server says it does not know of this request; null when it says nothing of the kind. Only what was sent counts,
 * and neither `extra` nor what the configuration adds: those are meant as they are.
 */
export function readRefusal(error: ModelError, { model, parameters, schema }: ModelRequest): Refused | null {
  if (error.status !== 400 && error.status !== 422) return null
  const { message } = error
  const { renamed, systemTurn } = rulesOf(model)
  if (schema && model.output !== 'none' && namesOtherFormats(message)) {
    return THIS_SCHEMA.test(message) ? null : { output: true }
  }
  if (!UNKNOWN.test(message) && !FIXED.test(message)) return null
  if (OUT_OF_RANGE.test(message)) return null
  if (systemTurn !== 'user' && SYSTEM_TURN.test(message)) return { systemTurn: true }
  const names = Object.entries(parameters)
    .filter(([name, value]) => name !== 'extra' && value !== undefined)
    .map(([name]) => ({ name, sent: renamed[name] ?? name }))
  // The parameter that a message names first is the one it is about: it may go on to name another to use.
  const named = names
    .map(({ name, sent }) => ({ name, sent, at: message.search(new RegExp(`\\b${sent}\\b`)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0]
  const format = schema && model.output !== 'none' ? message.search(FORMAT) : -1
  if (format >= 0 && (!named || format < named.at)) return THIS_SCHEMA.test(message) ? null : { output: true }
  if (!named) return null
  return { parameter: named.name === 'max_tokens' ? named.sent : named.name }
}

const SYSTEM_TURN =
  /(system|developer)['"`]? (role|message|instruction|prompt)|role['"`: ]+(system|developer)|only user(,| and) assistant|roles must alternate/i
const FORMAT = /response.?format|json_schema|json_object|structured output|json mode/i
