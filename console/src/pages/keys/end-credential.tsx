import type { ApiKey, Client } from '@splitrun/client'
import { type Session, signIn } from '../../app/api.ts'
import { useProject } from '../../app/project.ts'
import { putSignedIn, renewSession } from '../../app/queries.ts'
import { useChange } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { Modal } from '../../parts/page/modal.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import type { CredentialKind, Issued } from './credential-kind.ts'

export type Change = 'rotate' | 'revoke' | 'delete'

const putSession = (session: Session) => putSignedIn({ session, why: null })

const WORDS = {
  rotate: ['Rotate', 'It gets a new secret. The old one ends within a second, with all that it brought.'],
  revoke: ['Revoke', 'It ends for good, within a second everywhere, and stays in this list.'],
  delete: ['Delete', 'It ends within a second everywhere, and leaves this list. Its runs stay.'],
} as const

interface EndCredentialProps {
  readonly kind: CredentialKind
  readonly credential: ApiKey
  readonly change: Change
  readonly onIssued: (issued: Issued) => void
  readonly onClose: () => void
}

/** Asks once more before a secret ends. */
export function EndCredential({ kind, credential, change, onIssued, onClose }: EndCredentialProps) {
  const { session } = useProject()
  const announce = useAnnounce()
  const [verb, consequence] = WORDS[change]
  const isOwn = session.client.id === credential.id
  const staysIn = isOwn && change === 'rotate'
  const begin = async (client: Client) => (await kind.of(client)[change](credential.id)) as Issued
  const changing = useChange<void, Issued>(
    (client) => {
      if (!staysIn) return begin(client)
      // The session ends with the old secret. At the sign-in nobody would see the new one, and it is shown this once.
      return renewSession(async () => {
        const changed = await begin(client)
        if (changed.token) await signIn(changed.token).then(putSession, () => {})
        return changed
      })
    },
    [[kind.id]],
  )
  return (
    <Modal title={`${verb} “${credential.name}”?`} busy={changing.isPending} onClose={onClose}>
      <p>{consequence}</p>
      {isOwn && (
        <p>
          <strong>You are signed in with it</strong>, and{' '}
          {staysIn ? 'stay so, with its new secret' : 'will be signed out'}.
        </p>
      )}
      {changing.error && <Problem error={changing.error} />}
      <div className="row">
        <ActionButton
          primary
          scope="key:write"
          busy={changing.isPending}
          onPress={() =>
            changing.mutate(undefined, {
              onSuccess: (issued) => {
                onClose()
                if (change === 'rotate') onIssued(issued)
                else announce(`${verb}d “${credential.name}”.`)
              },
            })
          }
        >
          {verb}
        </ActionButton>
        <ActionButton busy={changing.isPending} onPress={onClose}>
          Leave it
        </ActionButton>
      </div>
    </Modal>
  )
}
