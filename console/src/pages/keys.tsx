import { PageFrame } from '../parts/page/page-frame.tsx'
import { KINDS } from './keys/credential-kind.ts'
import { CredentialSection } from './keys/credential-section.tsx'

/** What programs call with. */
export default function Keys() {
  return (
    <PageFrame title="Keys">
      {KINDS.map((kind) => (
        <CredentialSection key={kind.id} kind={kind} />
      ))}
    </PageFrame>
  )
}
