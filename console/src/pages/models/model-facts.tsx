import type { Model } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { count } from '../../parts/figures.ts'
import { Moment } from '../../parts/moment.tsx'
import { SimulatedMark } from '../../parts/simulated.tsx'

const OUTPUTS = {
  json_schema: 'follows a JSON Schema',
  json_object: 'some JSON object; the schema goes into the prompt',
  none: 'text only; the schema goes into the prompt',
} as const

const SOON_MS = 30 * 86_400_000

/** What is known of a model by its configuration, and what its server has said. */
export function ModelFacts({ model }: { model: Model }) {
  const { adapted, retires, used_by: uses = [], price } = model
  return (
    <dl>
      <dt>Provider</dt>
      <dd>
        {model.provider} {model.provider === 'simulated' && <SimulatedMark />}
      </dd>
      {model.description && (
        <>
          <dt>Description</dt>
          <dd>{model.description}</dd>
        </>
      )}
      <dt>Structured output</dt>
      <dd>{OUTPUTS[model.output]}</dd>
      <dt>Images</dt>
      <dd>
        {model.supports_vision ? 'sees them' : 'sees none'}
        {model.supports_image_output && ', makes them'}
      </dd>
      <dt>Longest answer</dt>
      <dd>
        {model.max_output_tokens === undefined ? 'not said' : `${count(model.max_output_tokens)} tokens`}
      </dd>
      <dt>Credits per million tokens</dt>
      <dd>
        {price
          ? `${price.input} in, ${price.cached_input} in from the cache, ${price.cache_write} written to it, ${price.output} out`
          : 'no price is known: runs cost 0'}
      </dd>
      {retires && (
        <>
          <dt>Ends</dt>
          <dd>
            <strong className={Date.parse(retires) - Date.now() < SOON_MS ? 'model-soon' : undefined}>
              <Moment at={retires} />
            </strong>
            {uses.length === 0 ? '; no active revision uses it' : '; used by '}
            {uses.map(({ id, name }, at) => (
              <span key={id}>
                {at > 0 && ', '}
                <Link to="/tasks/$task" params={{ task: id }}>
                  {name}
                </Link>
              </span>
            ))}
          </dd>
        </>
      )}
      {adapted && (
        <>
          <dt>Found out</dt>
          <dd>
            <ul className="model-learned">
              {adapted.output && <li>asked for {OUTPUTS[adapted.output]}</li>}
              {adapted.dropped.length > 0 && <li>not sent: {adapted.dropped.join(', ')}</li>}
              {adapted.max_tokens_as && (
                <li>
                  <code>max_tokens</code> is sent as <code>{adapted.max_tokens_as}</code>
                </li>
              )}
              {adapted.no_system_turn && <li>the system prompt goes into the user’s turn</li>}
              <li>
                until <Moment at={adapted.until} />, then it is tried again
              </li>
            </ul>
          </dd>
        </>
      )}
    </dl>
  )
}
