import type { ApiKey } from '@splitrun/client'
import { useState } from 'react'
import { useProject } from '../../app/project.ts'
import { useApi } from '../../app/use-api.ts'
import { useKept } from '../../app/use-kept.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Empty } from '../../parts/page/empty.tsx'
import { Loaded } from '../../parts/page/loaded.tsx'
import type { CredentialKind, Issued } from './credential-kind.ts'
import { CredentialTable } from './credential-table.tsx'
import { type Change, EndCredential } from './end-credential.tsx'
import { NewCredential } from './new-credential.tsx'
import { SecretDialog } from './secret-dialog.tsx'

/** All credentials of a kind, and what is done with them. The secret of a new one is kept while it is shown, and no longer. */
export function CredentialSection({ kind }: { kind: CredentialKind }) {
  const { whyNot } = useProject()
  const [isMaking, setMaking] = useKept(`making ${kind.id}`, () => false)
  const [issued, setIssued] = useState<Issued | null>(null)
  const [ending, setEnding] = useState<{ credential: ApiKey; change: Change } | null>(null)
  const why = whyNot('key:write')
  const query = useApi([kind.id], (client, signal) => kind.of(client).list({ signal }), {
    enabled: why === null,
  })
  return (
    <section className="section" aria-labelledby={kind.id}>
      <div className="page-head">
        <h2 id={kind.id}>{kind.title}</h2>
        <ActionButton scope="key:write" onPress={() => setMaking(true)}>
          New {kind.word}
        </ActionButton>
      </div>
      <p className="quiet">{kind.purpose}</p>
      {why === null ? (
        <Loaded query={query} what={kind.title}>
          {(credentials) =>
            credentials.length === 0 ? (
              <Empty title={`There is no ${kind.word}`}>Make one for each program that calls.</Empty>
            ) : (
              <CredentialTable
                credentials={credentials}
                onChange={(credential, change) => setEnding({ credential, change })}
              />
            )
          }
        </Loaded>
      ) : (
        <Empty title={`You may not see the ${kind.word}s`}>
          {why} Sign in with one that has it, or with the administrator’s token.
        </Empty>
      )}
      {isMaking && (
        <NewCredential
          kind={kind}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false)
            setIssued(made)
          }}
        />
      )}
      {issued && <SecretDialog kind={kind} issued={issued} onClose={() => setIssued(null)} />}
      {ending && (
        <EndCredential {...ending} kind={kind} onIssued={setIssued} onClose={() => setEnding(null)} />
      )}
    </section>
  )
}
