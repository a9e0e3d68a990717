import type { Model } from '@splitrun/client'
import { useProject } from '../../app/project.ts'
import { useChange } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { Problem } from '../../parts/page/problem.tsx'

const SIGNS = { ok: '✓', failed: '✗', skipped: '–' } as const
/** As runs that ended have them, so that they look alike. */
const STATUSES = { ok: 'succeeded', failed: 'failed', skipped: 'cancelled' } as const

/** A model is tried by a few small requests, and what to do about what failed. */
export function ModelChecks({ model }: { model: Model }) {
  const { whyNot } = useProject()
  const announce = useAnnounce()
  const trying = useChange((client) => client.models.check(model.id), [['models']])
  const { data, error, isPending } = trying
  return (
    <>
      <ActionButton
        whyNot={whyNot('admin') && 'Only the administrator tries models: that costs what they cost.'}
        busy={isPending}
        onPress={() =>
          trying.mutate(undefined, {
            onSuccess: ({ checks }) => {
              const failed = checks.filter(({ result }) => result === 'failed').length
              announce(
                `${model.name}: ${failed === 0 ? 'all is well' : `${failed} of ${checks.length} checks failed`}.`,
              )
            },
          })
        }
      >
        {isPending ? 'Trying…' : 'Try it'}
        <span className="hidden"> {model.name}</span>
      </ActionButton>
      {error && <Problem error={error} />}
      {data && (
        <table>
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Result</th>
              <th scope="col">What was seen</th>
            </tr>
          </thead>
          <tbody>
            {data.checks.map(({ check, result, detail, fix }) => (
              <tr key={check}>
                <th scope="row">{check}</th>
                <td>
                  <span className="status" data-status={STATUSES[result]}>
                    <span aria-hidden="true">{SIGNS[result]}</span> {result}
                  </span>
                </td>
                <td>
                  {detail}
                  {fix && (
                    <>
                      <br />
                      <strong>{fix}</strong>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
