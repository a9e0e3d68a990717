import { type ReactNode, useEffect, useId, useRef } from 'react'

interface ModalProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A dialog above the page, which is out of reach while it is there. Escape closes it. */
export function Modal({ title, onClose, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const name = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby={name} onClose={onClose} className="modal">
      <h2 id={name}>{title}</h2>
      {children}
    </dialog>
  )
}
