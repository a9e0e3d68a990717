import { test } from 'node:test'
import type { z } from 'zod'
import type * as client from '../../../client/src/index.ts'
import type { comparisonResponse } from '../../../src/decisions/comparison-response.ts'
import type { rolloutBody } from '../../../src/decisions/rollouts/rollout-input.ts'
import type { rolloutResponse } from '../../../src/decisions/rollouts/rollout-response.ts'
import type { shadowBody } from '../../../src/decisions/shadows/shadow-input.ts'
import type { shadowResponse } from '../../../src/decisions/shadows/shadow-response.ts'
import type { whoamiResponse } from '../../../src/http/present-caller.ts'
import type { pageOf } from '../../../src/http/route.ts'
import type { budgetsResponse } from '../../../src/http/routes/budgets.ts'
import type { modelCheckResponse } from '../../../src/http/routes/catalogues.ts'
import type { newCredential } from '../../../src/http/routes/credentials.ts'
import type { comparisonQuery } from '../../../src/http/routes/decisions/comparison.ts'
import type { historyPage, historyQuery } from '../../../src/http/routes/decisions/traffic.ts'
import type { limitsResponse } from '../../../src/http/routes/limits.ts'
import type { queueResponse } from '../../../src/http/routes/queue.ts'
import type { reportQuery } from '../../../src/http/routes/reports.ts'
import type { listQuery } from '../../../src/http/routes/run-lists.ts'
import type { newTag } from '../../../src/http/routes/tags.ts'
import type { shownQuery } from '../../../src/http/routes/tasks.ts'
import type { runBody, runQuery } from '../../../src/http/run-request.ts'
import type { processorResponse } from '../../../src/inputs/processor-catalogue.ts'
import type { modelResponse } from '../../../src/models/model-response.ts'
import type { OutputFormat, OutputSpec } from '../../../src/output/output-format.ts'
import type { OutputTypeName } from '../../../src/output/output-type.ts'
import type { Reason, ValidationIssue } from '../../../src/platform/errors.ts'
import type { Shown } from '../../../src/platform/shown.ts'
import type { budgetPolicy } from '../../../src/policies/budget.ts'
import type { limitPolicy } from '../../../src/policies/policy.ts'
import type {
  feedbackBody,
  feedbackLinkBody,
  feedbackLinkResponse,
  feedbackResponse,
  linkedFeedbackResponse,
} from '../../../src/runs/feedback/feedback-response.ts'
import type { ProjectEnd } from '../../../src/runs/live/project-end.ts'
import type { listedRun, runResponse, runSummary } from '../../../src/runs/run-response.ts'
import type { trafficChangeResponse } from '../../../src/tasks/split/traffic-response.ts'
import type { tagResponse, wholeTagResponse } from '../../../src/tasks/tags/tag.ts'
import type { createTaskSchema, updateTaskSchema } from '../../../src/tasks/task-input.ts'
import type { revisionResponse, taskResponse } from '../../../src/tasks/task-response.ts'
import type { CREDENTIAL_ANSWERS } from '../../../src/tenancy/credential-response.ts'
import type { REPORTS, ReportName } from '../../../src/totals/report.ts'
import type { REPORT_RESPONSES, reportingGroup } from '../../../src/totals/report-response.ts'
import { holds, type Same } from '../../support/same-type.ts'

type Keys<S extends z.ZodType> = keyof z.input<S>
type KeysOf<T extends object> = keyof T
type Credential<Kind extends 'api_key' | 'oauth_client', As extends 'listed' | 'made'> = Shown<
  (typeof CREDENTIAL_ANSWERS)[Kind][As]
>

/** A schema that is filled with defaults: what is shown has them. */
type Given<S extends z.ZodType> = z.ZodType<unknown, z.output<S>>

// Nothing here runs: what differs does not compile, so `npm run check` fails.

test('what the client reads is what the server shows', () => {
  holds<Same<client.Run, Shown<typeof runResponse>>>()
  holds<Same<client.RunSummary, Shown<typeof runSummary>>>()
  holds<Same<client.ListedRun, Shown<typeof listedRun>>>()
  holds<Same<client.Page<client.ListedRun>, Shown<ReturnType<typeof pageOf<typeof listedRun>>>>>()
  holds<Same<client.Revision, Shown<typeof revisionResponse>>>()
  holds<Same<client.TaskRecord, Shown<typeof taskResponse>>>()
  holds<Same<client.Tag, Shown<typeof tagResponse>>>()
  holds<Same<client.TagWithEntities, Shown<typeof wholeTagResponse>>>()
  holds<Same<client.Model, Shown<typeof modelResponse>>>()
  holds<Same<client.Queue, Shown<typeof queueResponse>>>()
  holds<Same<client.RunEnd, ProjectEnd>>()
  holds<Same<client.Limits, Shown<Given<typeof limitsResponse>>>>()
  holds<Same<client.Budgets, Shown<Given<typeof budgetsResponse>>>>()
  holds<Same<client.InputProcessor, Shown<typeof processorResponse>>>()
  holds<Same<client.Feedback, Shown<typeof feedbackResponse>>>()
  holds<Same<client.FeedbackLink, Shown<typeof feedbackLinkResponse>>>()
  holds<Same<client.LinkedFeedback, Shown<typeof linkedFeedbackResponse>>>()
  holds<Same<client.Comparison, Shown<typeof comparisonResponse>>>()
  holds<Same<client.Rollout, Shown<typeof rolloutResponse>>>()
  holds<Same<client.Shadow, Shown<typeof shadowResponse>>>()
  holds<Same<client.TrafficChange, Shown<typeof trafficChangeResponse>>>()
  holds<Same<client.TrafficPage, Shown<typeof historyPage>>>()
  holds<Same<client.ModelChecks, Shown<typeof modelCheckResponse>>>()
  holds<Same<client.ApiKey, Credential<'api_key', 'listed'>>>()
  holds<Same<client.NewApiKey, Credential<'api_key', 'made'>>>()
  holds<Same<client.OAuthClient, Credential<'oauth_client', 'listed'>>>()
  holds<Same<client.NewOAuthClient, Credential<'oauth_client', 'made'>>>()
  holds<Same<client.Whoami, Shown<typeof whoamiResponse>>>()
  holds<Same<client.ServerReason, Reason>>()
  holds<Same<client.Issue, ValidationIssue>>()
})

test('reports are what the server shows: the figures of each kind, and what all have', () => {
  type Own<Name extends ReportName, Part extends 'rowSchema' | 'wholeSchema'> = Shown<
    z.ZodObject<(typeof REPORTS)[Name][Part]>
  >
  holds<Same<client.TokenFigures, Own<'token', 'rowSchema'>>>()
  holds<Same<client.TokenTotals, Own<'token', 'wholeSchema'>>>()
  holds<Same<client.UsageFigures, Own<'usage', 'rowSchema'>>>()
  holds<Same<client.UsageTotals, Own<'usage', 'wholeSchema'>>>()
  holds<Same<client.TimingFigures, Own<'timing', 'rowSchema'>>>()
  holds<Same<client.TimingTotals, Own<'timing', 'wholeSchema'>>>()
  holds<Same<client.CreditFigures, Own<'credit', 'rowSchema'>>>()
  holds<Same<client.CreditTotals, Own<'credit', 'wholeSchema'>>>()
  holds<Same<client.FeedbackFigures, Own<'feedback', 'rowSchema'>>>()
  holds<Same<client.FeedbackTotals, Own<'feedback', 'wholeSchema'>>>()
  // biome-ignore lint/complexity/noBannedTypes: a report without figures of its own
  type Bare = client.Report<{}, {}>
  type Server = Shown<(typeof REPORT_RESPONSES)[ReportName]>
  holds<Same<Pick<Server, keyof Bare>['date_range'], Bare['date_range']>>()
  holds<
    Same<
      Server['project_id' | 'task_id' | 'reporting_group'],
      Bare['project_id' | 'task_id' | 'reporting_group']
    >
  >()
  holds<Same<Awaited<ReturnType<client.Reports['groups']>>[number], Shown<typeof reportingGroup>>>()
})

test('what the client may say is what the server takes', () => {
  type NewTask = z.input<ReturnType<typeof createTaskSchema>>
  type TaskChange = z.input<ReturnType<typeof updateTaskSchema>>
  holds<Same<KeysOf<client.NewTask>, keyof NewTask>>()
  holds<Same<KeysOf<client.TaskChange>, keyof TaskChange>>()
  holds<client.NewTask extends NewTask ? true : false>()
  holds<Same<KeysOf<client.NewTag>, Keys<typeof newTag>>>()
  holds<Same<KeysOf<client.FeedbackChange>, Keys<typeof feedbackBody>>>()
  holds<client.FeedbackChange extends z.input<typeof feedbackBody> ? true : false>()
  holds<Same<KeysOf<client.NewFeedbackLink>, Keys<typeof feedbackLinkBody>>>()
  holds<Same<KeysOf<client.NewLimitPolicy>, Keys<typeof limitPolicy>>>()
  holds<client.NewLimitPolicy extends z.input<typeof limitPolicy> ? true : false>()
  holds<Same<KeysOf<client.NewBudgetPolicy>, Keys<typeof budgetPolicy>>>()
  holds<Same<KeysOf<client.NewRollout>, Keys<typeof rolloutBody>>>()
  holds<Same<KeysOf<client.NewShadow>, Keys<typeof shadowBody>>>()
  holds<Same<KeysOf<client.ComparisonQuery>, Keys<typeof comparisonQuery>>>()
  holds<Same<KeysOf<client.TrafficQuery>, Keys<typeof historyQuery>>>()
  holds<Same<KeysOf<client.ReportQuery>, Keys<typeof reportQuery>>>()
  holds<Same<KeysOf<client.ShownRevisions>, Keys<typeof shownQuery>>>()
  holds<Same<KeysOf<Parameters<client.Credentials<0, 0>['create']>[0]>, Keys<typeof newCredential>>>()
  // A list asks for its pages itself.
  holds<Same<KeysOf<client.RunFilter>, Exclude<Keys<typeof listQuery>, 'cursor'>>>()
  // Older or other spellings are left out; how long to wait, and how to read a stream, is the client's own business.
  type Query = Exclude<Keys<typeof runQuery>, 'revision' | 'wait' | 'as'>
  type Body = Exclude<Keys<typeof runBody>, 'task_input' | 'task_files' | 'reporting_group_id'>
  holds<Same<KeysOf<client.RunWishes>, Query | Body>>()
})

test('an output_format is what the server takes', () => {
  holds<Same<client.OutputSpec['type'], OutputTypeName>>()
  holds<Same<KeysOf<client.OutputSpec>, keyof OutputSpec>>()
  holds<client.OutputFormat extends OutputFormat ? true : false>()
  holds<OutputFormat extends client.OutputFormat ? true : false>()
})
