interface PaletteOpeningProps {
  readonly text: string
  readonly onType: (text: string) => void
  readonly onClose: () => void
}

/** Takes what is typed while the palette is being loaded: elsewhere on the page, the same keys lead away. */
export const PaletteOpening = ({ text, onType, onClose }: PaletteOpeningProps) => (
  <div className="veil">
    <div className="palette">
      <input
        ref={(field) => field?.focus()}
        aria-label="Where to go: the list is being loaded"
        value={text}
        onChange={({ target }) => onType(target.value)}
        onKeyDown={({ key }) => key === 'Escape' && onClose()}
      />
    </div>
  </div>
)
