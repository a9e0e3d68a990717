import { parametersOf } from '../../../../src/tasks/prompts/prompt.ts'
import { ANSWER_KINDS, takesFormat } from '../../parts/code/answer-kinds.ts'
import { Check, Choice, Fixed, Line } from '../../parts/fields.tsx'
import { Unread } from '../../parts/page/unread.tsx'
import { useModels } from '../../parts/simulated.tsx'
import { CodeEditor } from '../../parts/text/code-editor.tsx'
import { type Draft, FIELDS, type Field } from './draft.ts'
import { FormatField } from './format-field.tsx'
import { ProcessorFields } from './processor-fields.tsx'
import { ScoresField } from './scores-field.tsx'

interface DraftFormProps {
  readonly draft: Draft
  /** What the task answers with is chosen when it is made, and stays. */
  readonly isNew?: boolean
  readonly onChange: (draft: Draft) => void
}

/** All that the editor changes. */
export function DraftForm({ draft, isNew = false, onChange }: DraftFormProps) {
  const set = (field: Field) => (value: string | boolean) => onChange({ ...draft, [field]: value })
  const models = useModels()
  const parameters = parametersOf(draft.system_prompt, draft.user_prompt)
  return (
    <div className="stack draft">
      <div className="columns">
        <Line label={FIELDS.name} value={draft.name} onChange={set('name')} />
        <Line label={FIELDS.description} value={draft.description} onChange={set('description')} />
      </div>
      <h2>{FIELDS.system_prompt}</h2>
      <CodeEditor
        label={FIELDS.system_prompt}
        language="prompt"
        value={draft.system_prompt}
        onChange={set('system_prompt')}
      />
      <h2>{FIELDS.user_prompt}</h2>
      <CodeEditor
        label={FIELDS.user_prompt}
        language="prompt"
        value={draft.user_prompt}
        onChange={set('user_prompt')}
      />
      <p>
        Parameters:{' '}
        {parameters.length === 0
          ? 'none; write {name} where an input is to stand'
          : parameters.map((name) => (
              <code key={name} className="parameter">
                {name}
              </code>
            ))}
      </p>
      <div className="columns">
        <ModelChoice label={FIELDS.llm_model_id} value={draft.llm_model_id} onChange={set('llm_model_id')} />
        <ModelChoice
          label={FIELDS.fallback_llm_model_id}
          value={draft.fallback_llm_model_id}
          onChange={set('fallback_llm_model_id')}
          none="none"
        />
        {isNew ? (
          <Choice
            label={FIELDS.output_modality}
            value={draft.output_modality}
            onChange={set('output_modality')}
          >
            {Object.entries(ANSWER_KINDS).map(([kind, words]) => (
              <option key={kind} value={kind}>
                {words}
              </option>
            ))}
          </Choice>
        ) : (
          <Fixed label={FIELDS.output_modality} value={ANSWER_KINDS[draft.output_modality]} />
        )}
        <Choice
          label={FIELDS.file_input_mode}
          value={draft.file_input_mode}
          onChange={set('file_input_mode')}
        >
          <option value="">images may be sent</option>
          <option value="image">an image has to be sent</option>
          <option value="file">a document or an image has to be sent</option>
          <option value="none">none are taken</option>
        </Choice>
        <Line label={`${FIELDS.timeout}, in seconds`} value={draft.timeout} onChange={set('timeout')} />
        <Line
          label={`${FIELDS.cache} by runs that ask the same, for seconds`}
          value={draft.cache}
          onChange={set('cache')}
        />
      </div>
      <Unread query={models} what="the models" />
      {takesFormat(draft.output_modality) && (
        <FormatField
          modality={draft.output_modality}
          value={draft.output_format}
          onChange={set('output_format')}
        />
      )}
      <h2>{FIELDS.llm_config}</h2>
      <CodeEditor
        label={FIELDS.llm_config}
        language="json"
        value={draft.llm_config}
        onChange={set('llm_config')}
      />
      <ProcessorFields
        parameters={parameters}
        value={draft.input_processors}
        onChange={set('input_processors')}
      />
      <ScoresField value={draft.scores} onChange={set('scores')} />
      <Check label="On: runs are accepted" value={draft.enabled} onChange={set('enabled')} />
      <Line label={FIELDS.annotation} value={draft.annotation} onChange={set('annotation')} />
    </div>
  )
}

interface ModelChoiceProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly none?: string
}

function ModelChoice({ none, ...props }: ModelChoiceProps) {
  const { data: models = [] } = useModels()
  const known = models.some(({ id, name, alias }) => [id, name, alias].includes(props.value))
  return (
    <Choice {...props}>
      {none ? <option value="">{none}</option> : !props.value && <option value="">choose…</option>}
      {!known && props.value && <option value={props.value}>{props.value}</option>}
      {models.map(({ id, name, alias, provider, retires }) => (
        // A revision names its model by any of the three.
        <option key={id} value={[name, alias].includes(props.value) ? props.value : id}>
          {name} · {provider} {retires ? `· ends ${retires}` : ''}
        </option>
      ))}
    </Choice>
  )
}
