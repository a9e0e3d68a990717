import type { Run } from '@splitrun/client'
import { useNavigate } from '@tanstack/react-router'
import { useChange } from '../../app/use-api.ts'
import { useKept } from '../../app/use-kept.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Modal } from '../../parts/page/modal.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import { CodeEditor } from '../../parts/text/code-editor.tsx'
import { originalInputs } from './original-inputs.ts'
import { madeFile } from './read-files.ts'
import { replayRun } from './replay-run.ts'

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Starts a run again, with inputs that may be changed before. */
export function ReplayForm({ run, onClose }: { run: Run; onClose: () => void }) {
  const navigate = useNavigate()
  const [text, setText] = useKept(`replay ${run.id}`, () => JSON.stringify(originalInputs(run), null, 2))
  const given = run.files.length - (madeFile(run) === null ? 0 : 1)
  const starting = useChange(
    async (client, given: string) => {
      const inputs: unknown = JSON.parse(given)
      if (!isObject(inputs)) throw new TypeError('The inputs have to be a JSON object.')
      return replayRun(client, run, inputs)
    },
    [['runs']],
  )
  return (
    <Modal title="Run it again" busy={starting.isPending} onClose={onClose}>
      <CodeEditor label="Inputs" language="json" value={text} onChange={setText} />
      {given > 0 && <p>Its {given} files go with it.</p>}
      {starting.error && <Problem error={starting.error} />}
      <div className="row">
        <ActionButton
          primary
          scope="run:write"
          busy={starting.isPending}
          onPress={() =>
            starting.mutate(text, {
              onSuccess: ({ id }) => {
                onClose()
                void navigate({ to: '/runs/$task/$run', params: { task: run.task_id, run: id } })
              },
            })
          }
        >
          Run
        </ActionButton>
        <ActionButton busy={starting.isPending} onPress={onClose}>
          Close
        </ActionButton>
      </div>
    </Modal>
  )
}
