import type { TaskRecord, TrafficChange } from '@splitrun/client'
import { type ReactNode, useState } from 'react'
import { useChange } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { Modal } from '../../parts/page/modal.tsx'
import { TrafficBar } from '../../parts/revisions/traffic-bar.tsx'
import { isRollingOut, WeightsProblem } from '../../parts/revisions/weights-problem.tsx'

interface RestoreWeightsProps {
  readonly task: TaskRecord
  /** The weights of after it are given again. */
  readonly change: TrafficChange
  readonly children: ReactNode
}

/** Shows what the traffic would be, and gives it those weights; a rollout that decides about them has to be ended for it. */
export function RestoreWeights({ task, change, children }: RestoreWeightsProps) {
  const announce = useAnnounce()
  // The one that was there when it was asked for: "the last change" may be another one while somebody reads.
  const [asked, setAsked] = useState<TrafficChange | null>(null)
  const restoring = useChange(
    (client, { seq, supersede }: { seq: number; supersede: boolean }) =>
      client.trafficHistory.restore(task.id, seq, { supersede }),
    [['tasks']],
    (_, { seq }) => announce(`The traffic is split as after change ${seq}.`),
  )
  const { error } = restoring
  const supersede = isRollingOut(error)
  function close() {
    setAsked(null)
    restoring.reset()
  }
  return (
    <>
      <ActionButton scope="task:write" onPress={() => setAsked(change)}>
        {children}
      </ActionButton>
      {asked && (
        <Modal
          title={`Give the weights of change ${asked.seq} again?`}
          busy={restoring.isPending}
          onClose={close}
        >
          <dl>
            <dt>Now</dt>
            <dd>
              <TrafficBar task={task} named />
            </dd>
            <dt>Then</dt>
            <dd>
              <TrafficBar task={task} weights={asked.after} named />
            </dd>
          </dl>
          {error && <WeightsProblem error={error} />}
          <div className="row">
            <ActionButton
              primary
              scope="task:write"
              busy={restoring.isPending}
              onPress={() =>
                restoring.mutate({ seq: asked.seq, supersede }, { onSuccess: () => setAsked(null) })
              }
            >
              {supersede ? 'End the rollout, and split so' : 'Split the traffic so'}
            </ActionButton>
            <ActionButton busy={restoring.isPending} onPress={close}>
              Leave it as it is
            </ActionButton>
          </div>
        </Modal>
      )}
    </>
  )
}
