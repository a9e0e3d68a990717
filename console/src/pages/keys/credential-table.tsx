import type { ApiKey } from '@splitrun/client'
import { useProject } from '../../app/project.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Moment } from '../../parts/moment.tsx'
import type { Change } from './end-credential.tsx'

interface CredentialTableProps {
  readonly credentials: readonly ApiKey[]
  readonly onChange: (credential: ApiKey, change: Change) => void
}

const isOver = ({ expires }: ApiKey): boolean => expires !== null && Date.parse(expires) <= Date.now()

/** Keys or clients, without their secrets. */
export function CredentialTable({ credentials, onChange }: CredentialTableProps) {
  const { session } = useProject()
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">May</th>
          <th scope="col">Made</th>
          <th scope="col">Ends</th>
          <th scope="col">
            <span className="hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {credentials.map((credential) => (
          <tr key={credential.id}>
            <th scope="row">
              {credential.name}{' '}
              {session.client.id === credential.id && (
                <small className="quiet">you are signed in with it</small>
              )}
            </th>
            <td>
              {credential.scopes.map((scope) => (
                <span key={scope}>
                  <code>{scope}</code>{' '}
                </span>
              ))}
            </td>
            <td>
              <Moment at={credential.created} />
            </td>
            <td>
              {credential.revoked ? 'revoked' : isOver(credential) ? 'has ended, ' : ''}
              {!credential.revoked && (credential.expires ? <Moment at={credential.expires} /> : 'never')}
            </td>
            <td>
              <div className="row">
                {!credential.revoked && (
                  <>
                    <ActionButton scope="key:write" onPress={() => onChange(credential, 'rotate')}>
                      Rotate<span className="hidden"> {credential.name}</span>
                    </ActionButton>
                    <ActionButton scope="key:write" onPress={() => onChange(credential, 'revoke')}>
                      Revoke<span className="hidden"> {credential.name}</span>
                    </ActionButton>
                  </>
                )}
                <ActionButton scope="key:write" onPress={() => onChange(credential, 'delete')}>
                  Delete<span className="hidden"> {credential.name}</span>
                </ActionButton>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
