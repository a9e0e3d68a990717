import {
  createContext,
  type ReactNode,
  type RefObject,
  useCallback,
  useContext,
  useLayoutEffect,
  useState,
} from 'react'
import { createPortal } from 'react-dom'

const Announce = createContext<(text: string) => void>(() => {})
/** Takes a dialog that is open; what it returns is called when it no longer is. */
const InDialog = createContext<(dialog: HTMLElement) => () => void>(() => () => {})

/** Says something to who sees it, and to who hears the page. */
export const useAnnounce = () => useContext(Announce)

/** While this dialog is there, announcements are in it: what is outside of a modal dialog is neither reached nor heard. */
export function useAnnouncementsIn(dialog: RefObject<HTMLElement | null>): void {
  const enter = useContext(InDialog)
  useLayoutEffect(() => (dialog.current ? enter(dialog.current) : undefined), [dialog, enter])
}

export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [text, setText] = useState('')
  const [dialogs, setDialogs] = useState<readonly HTMLElement[]>([])
  const enter = useCallback((dialog: HTMLElement) => {
    setDialogs((open) => [...open, dialog])
    return () => setDialogs((open) => open.filter((each) => each !== dialog))
  }, [])
  const top = dialogs.at(-1)
  const status = (
    <div role="status" className="announcement" data-empty={text === ''}>
      {text}
      {text !== '' && (
        <button type="button" aria-label="Close the message" onClick={() => setText('')}>
          ×
        </button>
      )}
    </div>
  )
  return (
    <Announce value={setText}>
      <InDialog value={enter}>
        {children}
        {top ? createPortal(status, top) : status}
      </InDialog>
    </Announce>
  )
}
