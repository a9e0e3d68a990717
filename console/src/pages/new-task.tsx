import type { NewTask } from '@splitrun/client'
import { useNavigate } from '@tanstack/react-router'
import { useChange } from '../app/use-api.ts'
import { useDirtyGuard } from '../app/use-dirty-guard.ts'
import { useKept } from '../app/use-kept.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { takesFormat } from '../parts/code/answer-kinds.ts'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { Problem } from '../parts/page/problem.tsx'
import { useModels } from '../parts/simulated.tsx'
import { changedFields, type Draft, EMPTY_DRAFT, wireOf } from './edit-task/draft.ts'
import { DraftForm } from './edit-task/draft-form.tsx'

const isTyped = (draft: Draft): boolean => changedFields(EMPTY_DRAFT, draft).length > 0

/** Makes a task, whose first revision takes all its traffic. */
export default function MakeTask() {
  const navigate = useNavigate()
  const { data: models } = useModels()
  const [written, setDraft] = useKept('new task', () => EMPTY_DRAFT, isTyped)
  const allowLeave = useDirtyGuard(isTyped(written))
  const draft = { ...written, llm_model_id: written.llm_model_id || (models?.[0]?.id ?? '') }
  const making = useChange(
    async (client, given: typeof draft) => {
      // What was written for an answer of another kind is no format of this one.
      const sent = takesFormat(given.output_modality) ? given : { ...given, output_format: '' }
      return client.tasks.create(wireOf(sent) as NewTask)
    },
    [['tasks']],
  )
  return (
    <PageFrame
      title="New task"
      actions={
        <ActionButton
          primary
          scope="task:write"
          whyNot={draft.llm_model_id === '' ? 'Choose a model first.' : null}
          // Made, it leads to another page, which may take a moment to load.
          busy={making.isPending || making.isSuccess}
          onPress={() =>
            making.mutate(draft, {
              onSuccess({ task }) {
                allowLeave()
                void navigate({ to: '/tasks/$task', params: { task: task.id } })
              },
            })
          }
        >
          Make it
        </ActionButton>
      }
    >
      {making.error && <Problem error={making.error} />}
      <DraftForm isNew draft={draft} onChange={setDraft} />
    </PageFrame>
  )
}
