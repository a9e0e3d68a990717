import type { Client, LimitPolicy, Limits } from '@splitrun/client'
import { useApi } from '../../app/use-api.ts'
import { count, duration } from '../../parts/figures.ts'
import { UNITS } from './limit-draft.ts'
import { LimitForm } from './limit-form.tsx'
import { PolicySection } from './policy-section.tsx'
import { UsedMeter } from './used-meter.tsx'
import { withPolicy } from './with-policy.ts'

const EVERY_MS = 2_000
const KEY = ['limits']

/** Puts a limit in the place of another, among those that there are at that moment. */
const save = (client: Client, before: LimitPolicy | null, next: LimitPolicy | null) =>
  client.limits.change((all) => withPolicy(all, before, next))

/** The limits of the project, of its tasks and of its keys. */
export function LimitSection() {
  const query = useApi(KEY, (client, signal) => client.limits.get({ signal }), { every: EVERY_MS })
  return (
    <PolicySection
      query={query}
      policiesOf={(limits: Limits) => limits.policies}
      words={{
        id: 'limits',
        title: 'Of this project',
        one: 'limit',
        empty: 'Without one, callers may start as many runs as the queue takes.',
      }}
      columns={(limits) => [
        {
          head: 'Used',
          cell: (policy) => (
            <ul className="limit-uses">
              {limits.usage
                .filter((use) => use.policy === policy.name)
                .map(({ unit, most, left, reset }) => (
                  <li key={unit}>
                    <UsedMeter label={`${UNITS[unit]} of ${policy.name}`} used={most - left} most={most}>
                      {count(most - left)} of {count(most)} {UNITS[unit]}
                      {left <= 0 && reset > 0 && `, free again in ${duration(reset * 1000)}`}
                    </UsedMeter>
                  </li>
                ))}
            </ul>
          ),
        },
      ]}
      stale={KEY}
      save={save}
      form={(props) => <LimitForm {...props} />}
    />
  )
}
