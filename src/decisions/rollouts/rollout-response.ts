import { z } from 'zod'
import { shownId } from '../../platform/id-schema.ts'
import { ROLLOUT_STATUSES } from '../../tasks/split/rollout.ts'

const evidence = z.number().min(0)

const example = {
  from: '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a',
  to: '019a5f0e-6b44-7e77-9b2a-7d2f3c4e5a6b',
  status: 'running' as const,
  why: 'safe',
  metric: null,
  step: 1,
  share: 0.05,
  shares: [0.01, 0.05, 0.25, 0.5, 1],
  hold: 600,
  min_runs: 20,
  alpha: 0.05,
  done_within: 60,
  on_harm: 'rollback' as const,
  on_stall: 'pause' as const,
  max_duration: null,
  began: '2026-01-15T09:30:00.000Z',
  step_began: '2026-01-15T09:41:00.000Z',
  runs: 14,
  guards: [{ metric: 'failed', bound: 0.02, harm: 0.4, harm_needed: 20, safe: 7.5, safe_needed: 20 }],
  next: { action: 'hold' as const, why: 'min_runs', metric: null },
}

/** A rollout on the wire. */
export const rolloutResponse = z
  .object({
    from: shownId,
    to: shownId,
    status: z.enum(ROLLOUT_STATUSES),
    why: z.string().meta({
      description:
        'Why it has this status: `started`, `safe`, `harm`, `sample_ratio`, `max_duration`, `asked` or `superseded`.',
    }),
    metric: z.string().nullable().meta({ description: 'The metric that decided.' }),
    step: z.int().min(0),
    share: z.number().min(0).max(1).meta({ description: 'Of the present step.' }),
    shares: z.array(z.number()),
    hold: z.number(),
    min_runs: z.int(),
    alpha: z.number(),
    done_within: z.number().meta({ description: 'Seconds until a run counts as one that hangs.' }),
    on_harm: z.enum(['rollback', 'pause']),
    on_stall: z.enum(['pause', 'rollback']),
    max_duration: z.number().nullable(),
    began: z.iso.datetime(),
    step_began: z.iso.datetime(),
    runs: z.int().min(0).meta({ description: 'Runs of the new revision that ended in this step.' }),
    guards: z.array(
      z.object({
        metric: z.string(),
        bound: z.number(),
        harm: evidence.meta({ description: 'Evidence that the bound is exceeded.' }),
        harm_needed: evidence.meta({ description: 'What it takes to act on it.' }),
        safe: evidence.meta({
          description: 'Evidence that the next share would do no more harm than the bound.',
        }),
        safe_needed: evidence,
      }),
    ),
    next: z
      .object({
        action: z.enum(['advance', 'complete', 'rollback', 'pause', 'hold', 'none']),
        why: z.string().meta({
          description:
            'Of `hold`: `hold`, `min_runs`, `too_few_keys`, `evidence`, `guard_lost` (the task does not have the score any more), or `too_many_totals` (`SPLITRUN_REPORT_ROLLUPS_MAX`; `guards` is empty).',
        }),
        metric: z.string().nullable().meta({
          description:
            'What is waited for or decides; of `sample_ratio` a score whose feedback does not come as the weights say.',
        }),
      })
      .meta({ description: 'What the evidence of this moment would have done, or waits for.' }),
  })
  .meta({ id: 'Rollout', examples: [example] })
