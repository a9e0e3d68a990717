/** Words that say so alone: codes, and sentences in which nothing else can be meant. */
const ALONE =
  /model_not_found|model_decommissioned|DeploymentNotFound|ModelDeprecated|invalid model\b(?! ?['’]s)|not a valid model|no endpoints found(?! that)/i
/** How servers say that they do not have a model, or have it no more, in the words of some twenty of them. */
const GONE =
  /not exist|not found|decommissioned|\b(been|is|are|was|were) (now )?(deprecated|retired|removed|sunset)|shut ?down|no longer (available|supported|accessible|served)|discontinued|\bsunset\b|end[ -]of[ -](its[ -])?life/gi
const MODEL = /\b(model|deployment)s?\b/gi
const NAME = /`[^`]{1,200}`|"[^"]{1,200}"|(?<!\w)'[^']{1,200}'(?!\w)/g
/** A name that is told of further on: what is said then is not said of the model. */
const OTHERS =
  /^['’]s?\b|\b(parameter|param|argument|field|option|setting|feature|functionalit|capabilit|endpoint|api|sdk|route|method|header|propert|keyword|mode|tool|function|plugin|adapter|format|schema|value|role|request|message|prompt|stream|image|file|audio|voice|input|output|token|logprob|context|region)\w{0,4}\b|\b(not|n't|only|longer) (support|accept|allow|take)s?\b|\b(requires?|called|generated)\b/i
/** Where it is served says nothing of what is told of. */
const WHERE = /\b(in|on|via|through|at|by|using|from|under|to) [^,;:]{0,40}$/i
/** In `for this model`, something else is told of; unless it is what there is of the model itself. */
const BESIDE =
  /\b(for|with|by|of|in|on|from|to|when using|using) ((this|the|your|that|these|any|all|an?) )?(\w+ )?$/i
const OF_MODEL = /\b(support|access|deployment|(?<!api )version|snapshot|availability|serving|hosting) *$/i
/** Characters that are looked at before and behind a model. */
const MOST_BEFORE = 80
const MOST_BETWEEN = 160
/** Anthropic says no more than its name. */
const ITS_NAME = /^model: \S+$/

/**
 * True for a refusal of a call because its model is not there, whatever else is in order. A wrong address is none, and
 * neither is something of the model that is gone, as a parameter or an endpoint.
 * @param words a code or a sentence as the server says it: our own words about models would make everything that is not
 *   found a model
 */
export function saysModelIsGone(status: number | null, words: string): boolean {
  if (status === null || ![400, 403, 404, 410, 422].includes(status)) return false
  if (ALONE.test(words) || (status === 404 && ITS_NAME.test(words))) return true
  // What stands in quotes is a name, whatever words it is made of. That of a member may be `model`.
  return words
    .replace(NAME, (name) => (/^.models?.$/i.test(name) ? 'model' : 'NAME'))
    .split(/[.!?;]\s|\n/)
    .some(saysSo)
}

/** True for a sentence whose subject is a model, and whose verb says that it is gone. */
function saysSo(sentence: string): boolean {
  for (const { 0: noun, index } of sentence.matchAll(MODEL)) {
    const before = sentence.slice(Math.max(0, index - MOST_BEFORE), index)
    const isBeside = BESIDE.exec(before)
    if (isBeside && !OF_MODEL.test(before.slice(0, isBeside.index))) continue
    const rest = sentence.slice(index + noun.length, index + noun.length + MOST_BETWEEN)
    for (const verb of rest.matchAll(GONE)) if (!tellsOfOthers(rest.slice(0, verb.index))) return true
  }
  return false
}

function tellsOfOthers(between: string): boolean {
  const other = OTHERS.exec(between)
  return other !== null && !WHERE.test(between.slice(0, other.index))
}
