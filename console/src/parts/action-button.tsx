import type { Scope } from '@splitrun/client'
import { type ReactNode, useId } from 'react'
import { useProject } from '../app/project.ts'
import { useAnnounce } from './page/announcer.tsx'

interface ActionButtonProps {
  /** What the credential needs for it. */
  readonly scope?: Scope
  /** Why it cannot be done, whatever the credential; null where it can. */
  readonly whyNot?: string | null
  readonly primary?: boolean
  readonly busy?: boolean
  readonly type?: 'button' | 'submit'
  readonly onPress?: () => void
  readonly children: ReactNode
}

/** A button that says why where it does nothing; it can be reached all the same, so that everybody learns it. */
export function ActionButton({
  scope,
  whyNot,
  primary,
  busy,
  type = 'button',
  onPress,
  children,
}: ActionButtonProps) {
  const project = useProject()
  const announce = useAnnounce()
  const reason = useId()
  const why = (scope && project.whyNot(scope)) ?? whyNot ?? null
  return (
    <>
      <button
        type={why === null ? type : 'button'}
        className={primary ? 'primary' : undefined}
        aria-disabled={why !== null || busy === true}
        aria-busy={busy === true}
        aria-describedby={why === null ? undefined : reason}
        title={why ?? undefined}
        onClick={(event) => {
          if (why !== null) announce(why)
          if (why !== null || busy) event.preventDefault()
          else onPress?.()
        }}
      >
        {children}
      </button>
      {why !== null && (
        <span id={reason} className="hidden">
          {why}
        </span>
      )}
    </>
  )
}
