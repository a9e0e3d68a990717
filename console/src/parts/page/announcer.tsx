import { createContext, type ReactNode, useContext, useState } from 'react'

const Announce = createContext<(text: string) => void>(() => {})

/** Says something to who sees it, and to who hears the page. */
export const useAnnounce = () => useContext(Announce)

export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [text, setText] = useState('')
  return (
    <Announce value={setText}>
      {children}
      <div role="status" className="announcement" data-empty={text === ''}>
        {text}
        {text !== '' && (
          <button type="button" aria-label="Close the message" onClick={() => setText('')}>
            ×
          </button>
        )}
      </div>
    </Announce>
  )
}
