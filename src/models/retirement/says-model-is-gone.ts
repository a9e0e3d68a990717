/** How servers say that they do not have a model, or have it no more, in the words of some fifteen of them. */
const GONE =
  /\b(model|deployment)s?\b[\s\S]{0,160}(not exist|not found|decommissioned|(been|is) (deprecated|retired)|shut ?down|no longer (available|supported)|discontinued|sunset|end of life|end-of-life)|model_not_found|model_decommissioned|DeploymentNotFound|ModelDeprecated|invalid model\b|not a valid model|no endpoints found(?! that)/i
/** Anthropic says no more than its name. */
const ITS_NAME = /^model: \S+$/

/**
 * True for a refusal of a call because its model is not there, whatever else is in order. A wrong address is none.
 * @param words a code or a sentence as the server says it: our own words about models would make everything that is not
 *   found a model
 */
export function saysModelIsGone(status: number | null, words: string): boolean {
  if (status === null || ![400, 403, 404, 410, 422].includes(status)) return false
  return GONE.test(words) || (status === 404 && ITS_NAME.test(words))
}
