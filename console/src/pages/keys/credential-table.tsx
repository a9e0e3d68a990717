import type { ApiKey } from '@splitrun/client'
import { useProject } from '../../app/project.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { DataTable } from '../../parts/data-table.tsx'
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
    <DataTable
      rows={credentials}
      keyOf={({ id }) => id}
      columns={[
        {
          head: 'Name',
          cell: ({ id, name }) => (
            <>
              {name} {session.client.id === id && <small className="quiet">you are signed in with it</small>}
            </>
          ),
        },
        {
          head: 'May',
          cell: ({ scopes }) =>
            scopes.map((scope) => (
              <span key={scope}>
                <code>{scope}</code>{' '}
              </span>
            )),
        },
        { head: 'Made', cell: ({ created }) => <Moment at={created} /> },
        {
          head: 'Ends',
          cell: (credential) => (
            <>
              {credential.revoked ? 'revoked' : isOver(credential) ? 'has ended, ' : ''}
              {!credential.revoked && (credential.expires ? <Moment at={credential.expires} /> : 'never')}
            </>
          ),
        },
        {
          head: 'Actions',
          isHidden: true,
          cell: (credential) => <Actions credential={credential} onChange={onChange} />,
        },
      ]}
    />
  )
}

interface ActionsProps {
  readonly credential: ApiKey
  readonly onChange: CredentialTableProps['onChange']
}

const Actions = ({ credential, onChange }: ActionsProps) => (
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
)
