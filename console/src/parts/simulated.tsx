import { useApi } from '../app/use-api.ts'

/** The models that revisions of the project may name. */
export const useModels = () =>
  useApi(['models'], (client, signal) => client.models.list({ include_retired: true }, { signal }))

/** Whether a model, by id or name, makes its answers up. */
export function useIsSimulated(): (model: string | null) => boolean {
  const { data } = useModels()
  return (model) =>
    data?.some(({ id, name, provider }) => provider === 'simulated' && (id === model || name === model)) ??
    false
}

/** What a model is called that is named by its id. */
export function useModelName(): (model: string | null) => string {
  const { data } = useModels()
  return (model) => data?.find(({ id }) => id === model)?.name ?? model ?? '—'
}

export const SimulatedMark = () => (
  <span className="simulated" title="The simulated model makes its answers up.">
    simulated
  </span>
)

/** A model, named by its id or its name, wherever one stands: with a mark where it makes its answers up. */
export function ModelName({ model }: { model: string | null | undefined }) {
  const isSimulated = useIsSimulated()
  const nameOf = useModelName()
  const given = model ?? null
  return (
    <>
      {nameOf(given)} {isSimulated(given) && <SimulatedMark />}
    </>
  )
}

/** In the bar, where no model is a real one. */
export function SimulatedNotice() {
  const { data } = useModels()
  if (!data || data.length === 0 || data.some(({ provider }) => provider !== 'simulated')) return null
  return (
    <span className="simulated" title="Set OPENAI_API_KEY or OPENAI_BASE_URL for a real model.">
      simulated model: answers are made up
    </span>
  )
}
