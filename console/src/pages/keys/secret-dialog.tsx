import { CopyText } from '../../parts/copy-text.tsx'
import { Modal } from '../../parts/page/modal.tsx'
import type { CredentialKind, Issued } from './credential-kind.ts'

interface SecretDialogProps {
  readonly kind: CredentialKind
  readonly issued: Issued
  readonly onClose: () => void
}

/** The secret of a credential, for the only time. */
export function SecretDialog({ kind, issued, onClose }: SecretDialogProps) {
  return (
    <Modal title={`The secret of “${issued.name}”`} onClose={onClose}>
      <p>
        <strong>It is shown this once.</strong> The server keeps only its hash: who loses it makes another
        one.
      </p>
      {kind.id === 'oauth_client' && <CopyText name="client_id" text={issued.id} />}
      <CopyText
        name={kind.id === 'api_key' ? 'Key' : 'client_secret'}
        text={issued.token ?? issued.client_secret ?? ''}
      />
      <button type="button" onClick={onClose}>
        I have it
      </button>
    </Modal>
  )
}
