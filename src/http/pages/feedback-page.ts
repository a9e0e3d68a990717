import type { Response } from 'express'
import { ApiError, type ValidationError } from '../../platform/errors.ts'
import type { Shown } from '../../platform/shown.ts'
import { LONGEST_COMMENT, type linkedFeedbackResponse } from '../../runs/feedback/feedback-response.ts'
import type { Scores } from '../../tasks/scores/score.ts'
import { feedbackForm } from './feedback-form.ts'
import { type Html, html } from './html.ts'
import { sendPage } from './page.ts'

type LinkedFeedback = Shown<typeof linkedFeedbackResponse>

const TITLE = 'Your feedback'

/** Shows an end user what may be said by a link, and what was said. */
export function sendFeedbackPage(
  response: Response,
  { declared, scores, expires }: LinkedFeedback,
  isSaved = false,
): void {
  const minute = expires.slice(0, 16).replace('T', ' ')
  const known = declared as Scores
  sendPage(
    response,
    200,
    TITLE,
    html`${isSaved ? html`<p class="said" role="status">Thank you, it is saved. You may change it.</p>` : null}
${
  Object.keys(known).length === 0
    ? html`<p>There is nothing to be asked any more.</p>`
    : feedbackForm(known, scores, LONGEST_COMMENT)
}
<footer>This page can be opened until <time datetime="${expires}">${minute} UTC</time>.</footer>`,
  )
}

/** Shows an end user why a link, or what was sent by it, is refused. */
export function sendRefusalPage(
  response: Response,
  status: number,
  refusal: ApiError | ValidationError,
): void {
  const isOfLink = refusal instanceof ApiError ? status === 401 || status === 404 : isOfAddress(refusal)
  if (isOfLink) {
    const why = html`<p>It may have expired, a part of it may be missing, or what it is about is deleted. Ask whoever gave it to you for another one.</p>`
    return void sendPage(response, status, 'This link does not work', why)
  }
  const again = html`<p><a href="">Back to the questions</a></p>`
  sendPage(response, status, 'That did not work', html`${reasonsOf(refusal)}${again}`)
}

const isOfAddress = ({ issues }: ValidationError): boolean => issues.some(({ loc }) => loc[0] === 'query')

function reasonsOf(refusal: ApiError | ValidationError): Html {
  if (refusal instanceof ApiError) return html`<p>${refusal.message}</p>`
  const reasons = refusal.issues.map(({ loc, msg }) => html`<li>${loc.slice(1).join(' ')}: ${msg}</li>`)
  return html`<ul>${reasons}</ul>`
}
