import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'
import { REPORTS, type ReportKind, type ReportName } from './report.ts'

const REVISION = '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a'

/** The schema of a report of this kind. Made once for each kind, since it is a named schema in the OpenAPI document. */
function responseOf({ title, rowSchema, wholeSchema, rowExample, wholeExample }: ReportKind) {
  const row = z.object({
    task_id: shownId,
    task_revision_id: shownId.nullable().meta({ description: 'Null: ended before a revision was drawn.' }),
    reporting_group: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Only with show_reporting_group; null for runs without one.' }),
    task_runs: z.int().min(0),
    ...rowSchema,
  })
  const day = z.object({
    day: z.iso.date(),
    task_runs: z.int().min(0),
    ...rowSchema,
  })
  const range = z.object({ start: z.iso.datetime(), end: z.iso.datetime() }).meta({
    description: 'From the begin of the first UTC day to the end of the last, which is not included.',
  })
  const example = {
    project_id: '019a5f0e-0000-7d66-8a1f-6c1e2b3d4f5a',
    task_id: '019a5f0e-6a20-7d66-8a1f-6c1e2b3d4f5a',
    date_range: { start: '2026-11-17T00:00:00.000Z', end: '2026-11-24T00:00:00.000Z' },
    reporting_group: null,
    ...wholeExample,
    task_revisions: [
      {
        task_id: '019a5f0e-6a20-7d66-8a1f-6c1e2b3d4f5a',
        task_revision_id: REVISION,
        task_runs: 2,
        ...rowExample,
      },
    ],
  }
  return z
    .object({
      project_id: shownId,
      task_id: shownId.nullable().meta({ description: 'Null in a report on a project.' }),
      date_range: range,
      reporting_group: z.string().nullable().meta({ description: 'The filter; null where there was none.' }),
      ...wholeSchema,
      days: z.array(day).optional().meta({
        description:
          'Only with show_days: the UTC days on which runs ended, in order, as rows of all revisions.',
      }),
      task_revisions: z.array(row).meta({ description: 'The newest revision first.' }),
    })
    .meta({ id: `${title}Report`, examples: [example] })
}

export const REPORT_RESPONSES = Object.fromEntries(
  Object.entries(REPORTS).map(([name, kind]) => [name, responseOf(kind)]),
) as Record<ReportName, ReturnType<typeof responseOf>>

export const reportingGroup = z
  .object({ name: z.string() })
  .meta({ id: 'ReportingGroup', examples: [{ name: 'eu-west' }] })
