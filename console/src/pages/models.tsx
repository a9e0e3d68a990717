import './models/models.css'
import { Link } from '@tanstack/react-router'
import { Empty } from '../parts/page/empty.tsx'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { useModels } from '../parts/simulated.tsx'
import { ModelChecks } from './models/model-checks.tsx'
import { ModelFacts } from './models/model-facts.tsx'

/** The models that revisions may name: what they can and cost, what was found out, and when they end. */
export default function Models() {
  return (
    <PageFrame title="Models">
      <p className="quiet">
        Models are configured for the installation, by its environment or <code>SPLITRUN_MODELS_FILE</code>.
      </p>
      <Loaded query={useModels()} what="models">
        {(models) =>
          models.length === 0 ? (
            <Empty title="There is no model">
              Set <code>OPENAI_API_KEY</code>, <code>OPENAI_BASE_URL</code> or{' '}
              <code>SPLITRUN_MODELS_FILE</code> and start again.
            </Empty>
          ) : (
            models.map((model) => (
              <section key={model.id} className="model columns" aria-labelledby={model.id}>
                <div>
                  <h2 id={model.id}>{model.name}</h2>
                  {model.alias !== model.name && <p className="quiet">{model.alias}</p>}
                  <ModelFacts model={model} />
                  <Link to="/runs" search={{ model: model.name }}>
                    Its runs
                  </Link>
                </div>
                <div>
                  <ModelChecks model={model} />
                </div>
              </section>
            ))
          )
        }
      </Loaded>
    </PageFrame>
  )
}
