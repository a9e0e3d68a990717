import { z } from 'zod'
import { shownId } from '../platform/id-schema.ts'
import { droppedShadows } from './shadows/shadow-response.ts'

const interval = z.tuple([z.number(), z.number()])

const compared = z
  .object({
    n: z.int().min(0).meta({ description: 'Runs of the revision that count.' }),
    estimate: z.number().nullable().meta({
      description:
        'Its rate, from 0 to 1, or what is typical of it: seconds, credits, tokens. Of a number that is a score, where in its range it is; of other scores, how often they have a good value.',
    }),
    interval: interval.meta({ description: 'What it may be, as long as it does not drift.' }),
    difference: z.number().nullable().meta({
      description:
        'Its rate less that of the baseline; or, where `unit` is `ratio`, what is typical divided by the baseline’s.',
    }),
    difference_interval: interval.meta({
      description:
        'Holds the true difference at all times, with the probability that `alpha` leaves to this metric.',
    }),
    unit: z.enum(['points', 'ratio']),
    evidence: z.number().min(0).meta({ description: 'Against "no difference"; 1 is none.' }),
    tolerance: z.number().meta({ description: 'What differs by no more does not matter.' }),
    detectable: z.number().meta({ description: 'A difference that would probably have been found by now.' }),
    method: z.enum(['betting', 'betting_by_key']),
    verdict: z.enum(['better', 'worse', 'no_difference', 'undecided']),
    why: z
      .enum(['sample_ratio', 'too_few_keys', 'runs'])
      .nullable()
      .meta({ description: 'Why it is undecided; `runs`: more of them are needed.' }),
  })
  .meta({ id: 'ComparedMetric' })

const paired = compared
  .omit({ estimate: true, interval: true, method: true })
  .extend({ n: z.int().min(0).meta({ description: 'Pairs that count.' }) })
  .meta({ id: 'PairedMetric' })

const example = {
  baseline: '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a',
  since: '2026-01-15T09:00:00.000Z',
  splits: 2,
  alpha: 0.05,
  unit: 'run',
  primary: 'failed',
  sample_ratio: { alarm: false, evidence: 0.03, feedback_alarm: false },
  excluded: { pinned: 12, fallback_asked: 0, shadow: 0, repeated: 0 },
  left_out: 0,
  revisions: [
    {
      name: 'B',
      task_revision_id: '019a5f0e-6b44-7e77-9b2a-7d2f3c4e5a6b',
      runs: 4210,
      share: 0.25,
      metrics: {
        failed: {
          n: 4210,
          estimate: 0.021,
          interval: [0.015, 0.029],
          difference: 0.012,
          difference_interval: [0.003, 0.022],
          unit: 'points',
          evidence: 812.4,
          tolerance: 0.01,
          detectable: 0.0095,
          method: 'betting',
          verdict: 'worse',
          why: null,
        },
      },
    },
  ],
  pairs: [],
  summary: 'B fails more often: +1.2 points (0.3 to 2.2).',
}

/** A comparison of a task's revisions on the wire. */
export const comparisonResponse = z
  .object({
    baseline: shownId,
    since: z.iso.datetime().meta({ description: 'Start of the first hour that counts.' }),
    splits: z.int().min(0).meta({ description: 'Number of versions of the weights that count.' }),
    alpha: z.number().meta({ description: 'The probability that any verdict is wrong, at any time.' }),
    unit: z.enum(['run', 'key']).meta({
      description: '`key`: callers sent `split_key`, so that keys were drawn and not runs.',
    }),
    primary: z.string(),
    sample_ratio: z
      .object({
        alarm: z.boolean(),
        evidence: z.number().min(0),
        feedback_alarm: z
          .boolean()
          .meta({ description: 'The same for runs with feedback; scores are not decided then.' }),
      })
      .meta({
        description: 'Whether runs were drawn as the weights say; after an alarm nothing is decided.',
      }),
    excluded: z
      .object({
        pinned: z.int().min(0),
        fallback_asked: z.int().min(0),
        shadow: z.int().min(0),
        repeated: z.int().min(0),
      })
      .meta({
        description:
          'Runs that say nothing of their revision: their caller chose it, or the fallback model, they have no caller, or ' +
          'another run of a task that reuses results had asked the same (`repeated`).',
      }),
    left_out: z
      .int()
      .min(0)
      .meta({ description: 'Revisions with a share that are not compared, being too many.' }),
    revisions: z.array(
      z.object({
        name: z.string().meta({ description: 'What the summary calls it; the baseline is A.' }),
        task_revision_id: shownId,
        runs: z.int().min(0),
        share: z.number().min(0).max(1).meta({ description: 'Its present share of all runs.' }),
        metrics: z.record(z.string(), compared),
      }),
    ),
    pairs: z
      .array(
        z.object({
          name: z.string().meta({ description: 'What the summary calls it.' }),
          task_revision_id: shownId,
          pairs: z.int().min(0).meta({ description: 'Runs of the baseline that it ran beside.' }),
          dropped: droppedShadows,
          metrics: z.record(z.string(), paired),
        }),
      )
      .meta({
        description:
          'What shadows did beside runs of the baseline, with the same inputs; `latency` is the time of their models.',
      }),
    summary: z.string(),
  })
  .meta({ id: 'Comparison', examples: [example] })
