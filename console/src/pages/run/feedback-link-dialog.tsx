import type { FeedbackLink, NewFeedbackLink, Run, Score } from '@splitrun/client'
import { useState } from 'react'
import { serverAddress } from '../../app/api.ts'
import { useChange } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { CopyText } from '../../parts/copy-text.tsx'
import { Check, Choice } from '../../parts/fields.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Modal } from '../../parts/page/modal.tsx'
import { Problem } from '../../parts/page/problem.tsx'

const DAY_S = 86_400

/** The link under the address that the server has here: a proxy may have it under a prefix that the server does not know. */
const fromHere = ({ url }: FeedbackLink): string => `${serverAddress()}/api/v1/feedback${new URL(url).search}`

interface FeedbackLinkDialogProps {
  readonly run: Run
  readonly declared: Readonly<Record<string, Score>>
  readonly onClose: () => void
}

/** Makes a link by which somebody without a key gives feedback on a run. It is shown here, and kept nowhere. */
export function FeedbackLinkDialog({ run, declared, onClose }: FeedbackLinkDialogProps) {
  const [scores, setScores] = useState(() => Object.keys(declared))
  const [days, setDays] = useState('7')
  const [link, setLink] = useState<FeedbackLink | null>(null)
  const making = useChange((client, wanted: NewFeedbackLink) =>
    client.feedback.link(run.task_id, run.id, wanted),
  )
  return (
    <Modal title="Link for an end user" busy={making.isPending} onClose={onClose}>
      {link === null ? (
        <div className="stack">
          <fieldset>
            <legend>By it can be said</legend>
            {Object.keys(declared).map((name) => (
              <Check
                key={name}
                label={name}
                value={scores.includes(name)}
                onChange={(isIn) =>
                  setScores(isIn ? [...scores, name] : scores.filter((each) => each !== name))
                }
              />
            ))}
          </fieldset>
          <Choice label="It ends" value={days} onChange={setDays}>
            {[1, 7, 30, 90].map((each) => (
              <option key={each} value={each}>
                after {each === 1 ? 'a day' : `${each} days`}
              </option>
            ))}
          </Choice>
          {making.error && <Problem error={making.error} />}
          <ActionButton
            primary
            scope="run:write"
            busy={making.isPending}
            whyNot={scores.length === 0 ? 'Choose at least one score.' : null}
            onPress={() =>
              making.mutate({ scores, expires_in: Number(days) * DAY_S }, { onSuccess: setLink })
            }
          >
            Make the link
          </ActionButton>
        </div>
      ) : (
        <>
          <CopyText name="Link" text={fromHere(link)} />
          <p>
            A browser shows a page with these questions. Whoever has the link may answer, until{' '}
            <Moment at={link.expires} />; so give it to the one who is asked.
          </p>
        </>
      )}
      <ActionButton busy={making.isPending} onPress={onClose}>
        Close
      </ActionButton>
    </Modal>
  )
}
