import type { Score, Scores, ScoreValue } from '../../tasks/scores/score.ts'
import { type Html, html } from './html.ts'
import { nameOfField } from './read-feedback-form.ts'

/** Of a number, as many values are chosen from; with more, it is typed. */
const MOST_CHOICES = 11

interface Choice {
  /** JSON; empty for none. */
  readonly value: string
  readonly words: string
}

/** What may be said of a run, as a form that is sent to where it stands. A field for each score has what was said last. */
export function feedbackForm(
  declared: Scores,
  said: Readonly<Record<string, ScoreValue | null>>,
  longestComment: number,
): Html {
  return html`<form method="post" accept-charset="utf-8">
${Object.entries(declared).map(([name, score]) => scoreField(name, score, said[name] ?? null))}
<label class="field" for="comment">Anything else?</label>
<textarea id="comment" name="comment" maxlength="${longestComment}"></textarea>
<button type="submit">Send</button>
</form>`
}

function scoreField(name: string, score: Score, said: ScoreValue | null): Html {
  const choices = choicesOf(score, said)
  const hint = hintOf(score)
  return html`<fieldset>
<legend>${name.replaceAll('_', ' ')}</legend>
${hint === null ? null : html`<p id="${name}-hint">${hint}</p>`}
${choices ? radios(nameOfField(name), choices, said) : numberField(name, score, said)}
</fieldset>
`
}

function hintOf(score: Score): string | null {
  if (score.type !== 'number') return null
  const best = score.good === 'high' ? score.max : score.min
  return `From ${score.min} to ${score.max}; ${best} is best.`
}

/** Null where a value is typed. */
function choicesOf(score: Score, said: ScoreValue | null): readonly Choice[] | null {
  if (score.type === 'boolean') {
    return [
      { value: 'true', words: 'yes' },
      { value: 'false', words: 'no' },
    ]
  }
  if (score.type === 'category')
    return score.options.map((each) => ({ value: JSON.stringify(each), words: each }))
  const { min, max } = score
  const areFew = Number.isInteger(min) && Number.isInteger(max) && max - min < MOST_CHOICES
  // What was said by other means stays what it is.
  if (!areFew || (said !== null && !Number.isInteger(said))) return null
  return Array.from({ length: max - min + 1 }, (_, at) => ({ value: `${min + at}`, words: `${min + at}` }))
}

function radios(field: string, choices: readonly Choice[], said: ScoreValue | null): Html {
  const all = [...choices, { value: '', words: 'no answer' }]
  const chosen = all.find(({ value }) => value === JSON.stringify(said)) ?? all.at(-1)
  return html`<div class="choices">
${all.map(
  (each) =>
    html`<label><input type="radio" name="${field}" value="${each.value}"${each === chosen ? html` checked` : null}> ${each.words}</label>
`,
)}</div>`
}

function numberField(name: string, score: Score, said: ScoreValue | null): Html {
  const { min, max } = score as Extract<Score, { type: 'number' }>
  return html`<input type="number" step="any" name="${nameOfField(name)}" min="${min}" max="${max}" value="${said === null ? '' : String(said)}" aria-label="${name.replaceAll('_', ' ')}" aria-describedby="${name}-hint">`
}
