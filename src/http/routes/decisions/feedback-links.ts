import { z } from 'zod'
import { ApiError } from '../../../platform/errors.ts'
import type { Shown } from '../../../platform/shown.ts'
import { type Feedback, NO_FEEDBACK } from '../../../runs/feedback/feedback.ts'
import {
  checkNames,
  type FeedbackLink,
  type FeedbackLinkDeps,
  readFeedbackLink,
  signFeedbackLink,
} from '../../../runs/feedback/feedback-link.ts'
import {
  feedbackBody,
  feedbackLinkBody,
  feedbackLinkResponse,
  linkedFeedbackResponse,
} from '../../../runs/feedback/feedback-response.ts'
import { giveFeedback } from '../../../runs/feedback/give-feedback.ts'
import { sendFeedbackPage, sendRefusalPage } from '../../pages/feedback-page.ts'
import { prefersPage } from '../../pages/page.ts'
import { readFeedbackForm } from '../../pages/read-feedback-form.ts'
import { type Endpoint, endpoint, noParams, noQuery, PROJECT, runParams } from '../../route.ts'
import { type FeedbackRouteDeps, findRun } from './feedback.ts'

export interface FeedbackLinkRouteDeps extends FeedbackRouteDeps, FeedbackLinkDeps {
  /** What stands before all paths for callers. */
  readonly publicPath: string
}

/** In the query, which no log line has. */
const linkQuery = z.object({
  token: z
    .string()
    .max(8000)
    .meta({ description: 'Of the link.', param: { id: 'feedback_token' } }),
})
/** Whoever has no key gets no room for more: a comment of the longest, and all scores. */
const BODY_LIMIT = 65_536

const notStored = z.object({ 'Cache-Control': z.literal('no-store').optional() })

/** Links by which end users say how good a run was. */
export function feedbackLinkRoutes(deps: FeedbackLinkRouteDeps): Endpoint[] {
  async function present(
    link: FeedbackLink,
    { scores }: Feedback,
  ): Promise<Shown<typeof linkedFeedbackResponse>> {
    const known = (await deps.tasks.recent(link.project, link.task))?.scores ?? {}
    const declared = Object.fromEntries(Object.entries(known).filter(([name]) => link.scores.includes(name)))
    const said = Object.entries(scores).filter(([name]) => link.scores.includes(name))
    return {
      run_id: link.run,
      expires: link.expires,
      declared,
      scores: Object.fromEntries(said.map(([name, { value }]) => [name, value])),
    }
  }
  const shared = {
    path: '/feedback',
    tag: 'Runs',
    scope: 'open',
    params: noParams,
    query: linkQuery,
    response: linkedFeedbackResponse,
    media: ['text/html'],
    responseHeaders: notStored,
    sendRefusal: sendRefusalPage,
  } as const

  return [
    endpoint({
      method: 'post',
      path: `${PROJECT}/task/:task_id/run/:run_id/feedback_link`,
      tag: 'Runs',
      operation: 'createFeedbackLink',
      summary: 'Make a link by which an end user gives feedback on a run, without a key',
      scope: 'run:write',
      params: runParams,
      query: noQuery,
      body: feedbackLinkBody,
      response: feedbackLinkResponse,
      responseHeaders: notStored,
      errorCodes: ['TASK_RUN_NOT_FOUND'],
      async handle({ caller, params, body, request, response }) {
        const { request: run } = await findRun(deps.runs, params)
        const wanted = { scores: body.scores ?? null, lifetime: body.expires_in, by: caller.id }
        const { token, link } = await signFeedbackLink(deps, run, wanted)
        response.set('Cache-Control', 'no-store')
        const mount = `${request.protocol}://${request.host}${deps.publicPath}/api/v1`
        return {
          run_id: link.run,
          url: `${mount}/feedback?token=${token}`,
          scores: [...link.scores],
          expires: link.expires,
        }
      },
    }),
    endpoint({
      ...shared,
      method: 'get',
      operation: 'getLinkedFeedback',
      summary: 'Show what may be said by a link, and what was said',
      description: 'A browser, which would rather have HTML than JSON, is shown a page that asks for it.',
      errorCodes: ['UNAUTHENTICATED', 'TASK_RUN_NOT_FOUND', 'STORE_UNAVAILABLE'],
      async handle({ query, request, response }) {
        const link = await readFeedbackLink(deps.signer, query.token)
        if (!(await deps.runs.get(link.run))) throw noRun()
        const text = await deps.feedback.read(link.run)
        const shown = await present(link, text ? (JSON.parse(text) as Feedback) : NO_FEEDBACK)
        if (prefersPage(request)) return void sendFeedbackPage(response, shown)
        response.set('Cache-Control', 'no-store')
        return shown
      },
    }),
    endpoint({
      ...shared,
      method: 'post',
      operation: 'giveLinkedFeedback',
      summary: 'Say how good a run was, by a link',
      body: feedbackBody,
      bodyLimit: BODY_LIMIT,
      readFields: readFeedbackForm,
      errorCodes: [
        'UNAUTHENTICATED',
        'TASK_RUN_NOT_FOUND',
        'RUN_NOT_DONE',
        'TOO_MANY_REQUESTS',
        'STORE_UNAVAILABLE',
      ],
      async handle({ query, body, request, response }) {
        const link = await readFeedbackLink(deps.signer, query.token)
        const change = { ...body, scores: body.scores ?? {} }
        checkNames(link, Object.keys(change.scores))
        const record = await deps.runs.get(link.run)
        if (!record) throw noRun()
        const given = await giveFeedback(deps, record, change, link.by)
        const shown = await present(link, given)
        if (prefersPage(request)) return void sendFeedbackPage(response, shown, true)
        response.set('Cache-Control', 'no-store')
        return shown
      },
    }),
  ]
}

const noRun = () => new ApiError('TASK_RUN_NOT_FOUND', 'There is no such run any more.')
