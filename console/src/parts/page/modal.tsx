import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { useAnnouncementsIn } from './announcer.tsx'

interface ModalProps {
  readonly title: string
  /** Whether what was begun here still goes on: it stays open, so that what comes of it, as a secret, is seen. */
  readonly busy?: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A dialog above the page, which is out of reach while it is there. Escape closes it. */
export function Modal({ title, busy = false, onClose, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const name = useId()
  useLayoutEffect(() => {
    const { current } = dialog
    current?.showModal()
    // Before it is taken out of the page: only what is closed gives the focus back to where it was.
    return () => current?.close()
  }, [])
  useAnnouncementsIn(dialog)
  return (
    <dialog
      ref={dialog}
      aria-labelledby={name}
      className="modal"
      onClose={onClose}
      onCancel={(event) => busy && event.preventDefault()}
      // A second Escape closes a dialog whatever is said at its `cancel`.
      onKeyDown={(event) => busy && event.key === 'Escape' && event.preventDefault()}
    >
      <h2 id={name}>{title}</h2>
      {children}
    </dialog>
  )
}
