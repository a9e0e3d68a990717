import type { ReactNode } from 'react'

interface PaletteOpeningProps {
  readonly text: string
  readonly onType: (text: string) => void
  readonly onClose: () => void
  /** Why the palette does not come. */
  readonly children: ReactNode
}

/** Takes what is typed while the palette is being loaded: elsewhere on the page, the same keys lead away. */
export const PaletteOpening = ({ text, onType, onClose, children }: PaletteOpeningProps) => (
  <div className="veil">
    <div className="palette">
      <input
        ref={(field) => field?.focus()}
        aria-label="Where to go: the list is being loaded"
        value={text}
        onChange={({ target }) => onType(target.value)}
        onKeyDown={({ key }) => key === 'Escape' && onClose()}
      />
      {children}
    </div>
  </div>
)
