import { type FormEvent, useId } from 'react'
import { useProject } from '../../app/project.ts'
import { useChange } from '../../app/use-api.ts'
import { useKept } from '../../app/use-kept.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Modal } from '../../parts/page/modal.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import { type CredentialKind, type Grantable, type Issued, SCOPES, USUAL } from './credential-kind.ts'

const DAY_MS = 86_400_000

interface NewCredentialProps {
  readonly kind: CredentialKind
  readonly onMade: (issued: Issued) => void
  readonly onClose: () => void
}

/** Asks what a new credential is for, and makes it. */
export function NewCredential({ kind, onMade, onClose }: NewCredentialProps) {
  const { whyNot } = useProject()
  const [name, lasts] = [useId(), useId()]
  const [draft, setDraft] = useKept(`new ${kind.id}`, () => ({
    name: '',
    scopes: USUAL.filter((scope) => whyNot(scope) === null),
    days: '0',
  }))
  const { scopes } = draft
  const making = useChange(
    (client, given: { name: string; scopes: readonly Grantable[]; expires: string | null }) =>
      kind.of(client).create(given),
    [[kind.id]],
  )
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (making.isPending || scopes.length === 0) return
    const days = Number(draft.days)
    const expires = days === 0 ? null : new Date(Date.now() + days * DAY_MS).toISOString()
    making.mutate({ name: draft.name, scopes, expires }, { onSuccess: onMade })
  }
  return (
    <Modal title={`New ${kind.word}`} busy={making.isPending} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label htmlFor={name}>Name</label>
        <input
          id={name}
          required
          maxLength={100}
          placeholder="who uses it"
          value={draft.name}
          onChange={({ target }) => setDraft({ ...draft, name: target.value })}
        />
        <fieldset>
          <legend>It may</legend>
          {(Object.keys(SCOPES) as Grantable[]).map((scope) => {
            const why = whyNot(scope)
            return (
              <div key={scope}>
                <label>
                  <input
                    type="checkbox"
                    checked={scopes.includes(scope)}
                    disabled={why !== null}
                    onChange={({ target }) =>
                      setDraft({
                        ...draft,
                        scopes: target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope),
                      })
                    }
                  />{' '}
                  {SCOPES[scope]} <code>{scope}</code>
                </label>
                {why !== null && <small> {why} What one lacks, one cannot give.</small>}
              </div>
            )
          })}
        </fieldset>
        <label htmlFor={lasts}>It ends</label>
        <select
          id={lasts}
          value={draft.days}
          onChange={({ target }) => setDraft({ ...draft, days: target.value })}
        >
          <option value="0">never by itself</option>
          {[1, 7, 30, 90, 365].map((days) => (
            <option key={days} value={days}>
              after {days === 1 ? 'a day' : `${days} days`}
            </option>
          ))}
        </select>
        {scopes.length === 0 && <p role="alert">Choose at least one thing that it may.</p>}
        {making.error && <Problem error={making.error} />}
        <div className="row">
          <ActionButton
            type="submit"
            primary
            busy={making.isPending}
            whyNot={scopes.length === 0 ? 'Choose at least one thing that it may.' : null}
          >
            Make it
          </ActionButton>
          <ActionButton busy={making.isPending} onPress={onClose}>
            Close
          </ActionButton>
        </div>
      </form>
    </Modal>
  )
}
