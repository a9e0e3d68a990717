import type { Client, Rollout } from '@splitrun/client'
import { useState } from 'react'
import { useChange } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { Modal } from '../../parts/page/modal.tsx'
import { Problem } from '../../parts/page/problem.tsx'

type Steering = 'pause' | 'resume' | 'rollback' | 'complete'

const DONE: Readonly<Record<Steering, string>> = {
  pause: 'The rollout is paused: the weights stay as they are.',
  resume: 'The rollout goes on.',
  rollback: 'The weights of before are back.',
  complete: 'The rollout is complete.',
}

interface SteerRolloutProps {
  readonly task: string
  readonly rollout: Rollout
  readonly newer: string
  readonly older: string
}

/** What can be done with a rollout that is open. What takes evidence away is asked for once more. */
export function SteerRollout({ task, rollout, newer, older }: SteerRolloutProps) {
  const announce = useAnnounce()
  const [isCompleting, setCompleting] = useState(false)
  const steering = useChange(
    (client: Client, action: Steering) => client.rollout[action](task),
    [['tasks']],
    (_, action) => announce(DONE[action]),
  )
  const steer = (action: Steering) => steering.mutate(action, { onSuccess: () => setCompleting(false) })
  const other = rollout.status === 'paused' ? 'resume' : 'pause'
  const { error: problem } = steering
  const shared = { scope: 'task:write', busy: steering.isPending } as const
  return (
    <>
      <div className="row">
        <ActionButton {...shared} onPress={() => steer(other)}>
          {other === 'pause' ? 'Pause' : 'Resume'}
        </ActionButton>
        <ActionButton {...shared} onPress={() => steer('rollback')}>
          Roll back to {older}
        </ActionButton>
        <ActionButton
          {...shared}
          onPress={() => {
            steering.reset()
            setCompleting(true)
          }}
        >
          Complete now…
        </ActionButton>
      </div>
      {problem && !isCompleting && <Problem error={problem} />}
      {isCompleting && (
        <Modal
          title="Complete without the evidence?"
          busy={steering.isPending}
          onClose={() => setCompleting(false)}
        >
          <p>
            {newer} gets all that both have together at once. No guard looks at it afterwards, and nothing is
            rolled back by itself.
          </p>
          {problem && <Problem error={problem} />}
          <div className="row">
            <ActionButton {...shared} primary onPress={() => steer('complete')}>
              Complete
            </ActionButton>
            <ActionButton busy={steering.isPending} onPress={() => setCompleting(false)}>
              Let it earn its steps
            </ActionButton>
          </div>
        </Modal>
      )}
    </>
  )
}
