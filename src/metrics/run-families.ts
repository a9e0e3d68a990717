import { CALL_SECONDS, SECONDS, TOKENS } from '../totals/histogram.ts'
import { METRIC_PHASES, splitName } from '../totals/rollup.ts'
import type { Totals } from '../totals/rollup-store.ts'
import { type Family, Histograms, LabelledSums, type Labels } from './family.ts'

const MICRO = 1e-6
const MODES = ['wait', 'async'] as const
const TOKEN_TYPES = ['input', 'output'] as const
/** Outcomes of calls that gave a completion, valid or not. */
const COMPLETED = new Set(['succeeded', 'invalid'])

/** What histograms of times have series for: the finest of their labels. */
export type TimesBy = 'revision' | 'task' | 'project'

/** The families that are made of the rollups of settled runs. */
export class RunFamilies {
  readonly #runs = new LabelledSums('splitrun_runs_total', 'Runs that ended, by outcome and reason.')
  readonly #drawn = new LabelledSums(
    'splitrun_drawn_runs_total',
    'Runs that ended whose revision was drawn by weight.',
  )
  readonly #scores = new LabelledSums(
    'splitrun_scores_total',
    'Runs of which something was said under a score that their task declares.',
  )
  readonly #good = new LabelledSums(
    'splitrun_scores_good_total',
    'How good what was said first was, from 0 to 1, added up: divided by splitrun_scores_total, its mean.',
  )
  readonly #shadowRuns = new LabelledSums(
    'splitrun_shadow_runs_total',
    'Shadow runs of a revision: `paired`, or why there is no pair.',
  )
  readonly #shadowCredits = new LabelledSums(
    'splitrun_shadow_credits_total',
    'What shadow runs cost, in units of the prices; no part of splitrun_credits_total.',
  )
  readonly #reuses = new LabelledSums(
    'splitrun_result_cache_total',
    'Runs that may reuse results: `hit` had one of another run, `miss` was executed.',
  )
  readonly #saved = new LabelledSums(
    'splitrun_saved_credits_total',
    'What the runs cost whose results were reused, once for each reuse, in units of the prices.',
  )
  readonly #checks = new LabelledSums('splitrun_output_checks_total', 'Outputs: valid, repaired, invalid.')
  readonly #duration = new Histograms(
    'splitrun_run_duration_seconds',
    'From the creation of a run to its end; mode says whether its caller waited.',
    SECONDS,
  )
  readonly #phases = new Histograms('splitrun_run_phase_seconds', 'Time of runs by phase.', SECONDS)
  readonly #overhead = new Histograms(
    'splitrun_run_overhead_seconds',
    'Time of runs that no model had: total minus model.',
    SECONDS,
  )
  readonly #tokens = new LabelledSums('splitrun_tokens_total', 'Tokens of all model calls, failed ones too.')
  readonly #parts = new LabelledSums(
    'splitrun_token_parts_total',
    'Parts of these tokens: of the input what a cache had (cached) and what was written to one (cache_write), of the output reasoning.',
  )
  readonly #possible = new LabelledSums(
    'splitrun_possible_credits_total',
    'What calls whose answers are lost may have cost; not among the credits charged.',
  )
  readonly #credits = new LabelledSums('splitrun_credits_total', 'Credits charged, in units of the prices.')
  readonly #attempts = new LabelledSums('splitrun_attempts_total', 'Model calls by how they ended.')
  readonly #duplicates = new LabelledSums(
    'splitrun_possible_duplicates_total',
    'Model calls whose worker was lost: they may have been paid, and made again.',
  )
  readonly #calls = new Histograms(
    'gen_ai_client_operation_duration_seconds',
    'Duration of model calls; no error_type for those that were answered.',
    CALL_SECONDS,
  )
  readonly #usage = new Histograms(
    'gen_ai_client_token_usage',
    'Tokens of model calls that were answered.',
    TOKENS,
  )
  readonly #providerOf: (model: string) => string
  readonly #timesBy: TimesBy

  constructor(providerOf: (model: string) => string, timesBy: TimesBy) {
    this.#providerOf = providerOf
    this.#timesBy = timesBy
  }

  /**
   * Adds a rollup: `project/task/revision` of runs, or `project/task/revision/model` of their calls.
   * @param scores what its task declares now: others have no series, so that there are only so many
   */
  add(name: string, totals: Totals, scores: object = {}): void {
    const parts = splitName(name)
    const [project, task, revision, model] = parts.map((part) => part ?? '')
    const labels = { project: project ?? '', task: task ?? '', revision: revision ?? '' }
    if (parts.length === 3) this.#addRuns(labels, totals, scores)
    else this.#addCalls({ ...labels, model: model ?? '' }, totals)
  }

  #addRuns(
    labels: { project: string; task: string; revision: string },
    totals: Totals,
    scores: object,
  ): void {
    for (const [field, by] of totals) {
      const [kind, first = '', second = ''] = field.split(':')
      if (kind === 'runs') this.#runs.add({ ...labels, outcome: first, reason: second }, by)
      else if (kind === 'check') this.#checks.add({ ...labels, check: first }, by)
      else if (kind === 'drawn') this.#drawn.add(labels, by)
      else if (kind === 'reuse') this.#reuses.add({ ...labels, result: first }, by)
      else if (kind === 'saved') this.#saved.add(labels, by)
      else if (field === 'shadow:credits') this.#shadowCredits.add(labels, by)
      else if (kind === 'shadow') this.#shadowRuns.add({ ...labels, end: first }, by)
      else if (kind === 'score' && Object.hasOwn(scores, first)) {
        ;(second === 'n' ? this.#scores : this.#good).add({ ...labels, score: first }, by)
      }
    }
    // An empty label is to Prometheus one that is not there.
    const project = labels.project
    const task = this.#timesBy === 'project' ? '' : labels.task
    const revision = this.#timesBy === 'revision' ? labels.revision : ''
    for (const mode of MODES) addTime(this.#duration, { project, task, revision, mode }, totals, mode)
    for (const phase of METRIC_PHASES) {
      if (phase === 'overhead') addTime(this.#overhead, { project, task }, totals, phase)
      else addTime(this.#phases, { project, task, phase }, totals, phase)
    }
  }

  #addCalls(
    labels: { project: string; task: string; revision: string; model: string },
    totals: Totals,
  ): void {
    const { model } = labels
    const call = {
      gen_ai_operation_name: 'chat',
      gen_ai_provider_name: this.#providerOf(model),
      gen_ai_request_model: model,
    }
    for (const [field, by] of totals) {
      const [kind, first = ''] = field.split(':')
      if (kind === 'tokens') this.#tokens.add({ ...labels, type: first }, by)
      else if (kind === 'part') this.#parts.add({ ...labels, part: first }, by)
      else if (kind === 'credits') this.#credits.add(labels, by)
      else if (kind === 'possible') this.#possible.add(labels, by)
      else if (kind === 'attempts') this.#attempts.add({ ...labels, outcome: first }, by)
      if (field === 'attempts:lost') this.#duplicates.add(labels, by)
      if (kind === 'attempts') {
        addTime(this.#calls, { ...call, error_type: COMPLETED.has(first) ? '' : first }, totals, first)
      }
    }
    for (const type of TOKEN_TYPES) {
      const sum = totals.get(`tokens:${type}`) ?? 0
      this.#usage.add({ ...call, gen_ai_token_type: type }, totals, `size:${type}`, sum)
    }
  }

  families(): Family[] {
    return [
      ...[this.#runs, this.#drawn, this.#checks, this.#tokens, this.#attempts, this.#duplicates].map((sums) =>
        sums.family(),
      ),
      this.#scores.family(),
      this.#good.family(MICRO),
      this.#shadowRuns.family(),
      this.#shadowCredits.family(MICRO),
      this.#reuses.family(),
      this.#saved.family(MICRO),
      this.#parts.family(),
      this.#credits.family(MICRO),
      this.#possible.family(MICRO),
      ...[this.#duration, this.#phases, this.#overhead, this.#calls].map((times) => times.family(MICRO)),
      this.#usage.family(),
    ]
  }
}

function addTime(times: Histograms, labels: Labels, totals: Totals, name: string): void {
  times.add(labels, totals, `seconds:${name}`, totals.get(`us:${name}`) ?? 0)
}
