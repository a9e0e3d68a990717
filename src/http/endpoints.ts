import type { IssueTokenDeps } from '../tenancy/issue-token.ts'
import { chatCompletionRoutes } from './openai-door/chat-completions.ts'
import { modelRoutes } from './openai-door/models.ts'
import { responseRoutes } from './openai-door/responses.ts'
import type { DoorDeps } from './openai-door/start-door-run.ts'
import type { Endpoint } from './route.ts'
import { type BudgetRouteDeps, budgetRoutes } from './routes/budgets.ts'
import { type CatalogueRouteDeps, catalogueRoutes } from './routes/catalogues.ts'
import { type ConsoleSessionRouteDeps, consoleSessionRoutes } from './routes/console-session.ts'
import { type CredentialRouteDeps, credentialRoutes } from './routes/credentials.ts'
import { type ComparisonRouteDeps, comparisonRoutes } from './routes/decisions/comparison.ts'
import { type FeedbackRouteDeps, feedbackRoutes } from './routes/decisions/feedback.ts'
import { type FeedbackLinkRouteDeps, feedbackLinkRoutes } from './routes/decisions/feedback-links.ts'
import { type RolloutRouteDeps, rolloutRoutes } from './routes/decisions/rollouts.ts'
import { type ShadowRouteDeps, shadowRoutes } from './routes/decisions/shadows.ts'
import { trafficRoutes } from './routes/decisions/traffic.ts'
import { type LimitRouteDeps, limitRoutes } from './routes/limits.ts'
import { oauthRoutes } from './routes/oauth.ts'
import { type ProjectEventRouteDeps, projectEventRoutes } from './routes/project-events.ts'
import { type QueueRouteDeps, queueRoutes } from './routes/queue.ts'
import { type ReportRouteDeps, reportRoutes } from './routes/reports.ts'
import { type RunListDeps, runListRoutes } from './routes/run-lists.ts'
import { type RunRouteDeps, runRoutes } from './routes/runs.ts'
import { type ServiceRouteDeps, serviceRoutes } from './routes/service.ts'
import { tagRoutes } from './routes/tags.ts'
import { type TaskRouteDeps, taskRoutes } from './routes/tasks.ts'
import { type TenancyRouteDeps, tenancyRoutes } from './routes/tenancy.ts'
import { type TransferRouteDeps, transferRoutes } from './routes/transfer.ts'

/** What the handlers of all endpoints need. */
export type ApiDeps = RunRouteDeps &
  DoorDeps &
  RunListDeps &
  ProjectEventRouteDeps &
  QueueRouteDeps &
  ReportRouteDeps &
  ComparisonRouteDeps &
  FeedbackRouteDeps &
  FeedbackLinkRouteDeps &
  RolloutRouteDeps &
  ShadowRouteDeps &
  TaskRouteDeps &
  TransferRouteDeps &
  TenancyRouteDeps &
  CatalogueRouteDeps &
  CredentialRouteDeps &
  LimitRouteDeps &
  BudgetRouteDeps &
  IssueTokenDeps &
  ConsoleSessionRouteDeps &
  ServiceRouteDeps

const ROUTES = [
  ...[
    runRoutes,
    runListRoutes,
    feedbackRoutes,
    feedbackLinkRoutes,
    projectEventRoutes,
    queueRoutes,
    reportRoutes,
    comparisonRoutes,
    tagRoutes,
    taskRoutes,
    trafficRoutes,
    rolloutRoutes,
    shadowRoutes,
    catalogueRoutes,
    transferRoutes,
  ],
  ...[tenancyRoutes, limitRoutes, budgetRoutes, credentialRoutes, oauthRoutes, consoleSessionRoutes],
  ...[responseRoutes, chatCompletionRoutes, modelRoutes],
]

/** Every endpoint there is: what is served, documented and tested. */
export function endpointsOf(deps: ApiDeps): Endpoint[] {
  const endpoints = ROUTES.flatMap((routes) => routes(deps))
  return [...endpoints, ...serviceRoutes(deps, endpoints)]
}
