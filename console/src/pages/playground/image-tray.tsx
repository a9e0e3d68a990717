import { type DragEvent, useEffect, useEffectEvent, useId, useState } from 'react'

interface ImageTrayProps {
  readonly images: readonly Blob[]
  readonly onChange: (images: readonly Blob[]) => void
  /** Whether a column cannot do without. */
  readonly isRequired: boolean
}

const imagesOf = (data: DataTransfer | null): File[] =>
  [...(data?.files ?? [])].filter(({ type }) => type.startsWith('image/'))

/** Images for the model: chosen, dropped here, or pasted anywhere on the page. */
export function ImageTray({ images, onChange, isRequired }: ImageTrayProps) {
  const field = useId()
  const [isOver, setOver] = useState(false)
  const add = (more: readonly File[]) => more.length > 0 && onChange([...images, ...more])
  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    const pasted = imagesOf(event.clipboardData)
    if (pasted.length > 0) event.preventDefault()
    add(pasted)
  })
  useEffect(() => {
    const listen = (event: ClipboardEvent) => onPaste(event)
    document.addEventListener('paste', listen)
    return () => document.removeEventListener('paste', listen)
  }, [])
  const onDrag = (event: DragEvent) => {
    event.preventDefault()
    setOver(event.type === 'dragover')
    if (event.type === 'drop') add(imagesOf(event.dataTransfer))
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way more; the field within is the one for all
    <div
      className="playground-tray"
      data-over={isOver}
      onDragOver={onDrag}
      onDragLeave={onDrag}
      onDrop={onDrag}
    >
      <div className="row">
        <label htmlFor={field}>Images</label>
        <input
          id={field}
          type="file"
          accept="image/*"
          multiple
          onChange={({ target }) => {
            add([...(target.files ?? [])])
            target.value = ''
          }}
        />
        <span className="quiet">or drop or paste them{isRequired && '; one is needed'}</span>
      </div>
      <ul>
        {images.map((image, at) => (
          <Thumbnail
            // biome-ignore lint/suspicious/noArrayIndexKey: the same image may be there twice
            key={`${at} ${image.size}`}
            image={image}
            name={`Image ${at + 1}`}
            onRemove={() => onChange(images.filter((_, each) => each !== at))}
          />
        ))}
      </ul>
    </div>
  )
}

function Thumbnail({ image, name, onRemove }: { image: Blob; name: string; onRemove: () => void }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(image)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [image])
  return (
    <li>
      {url && <img src={url} alt={name} />}
      <button type="button" aria-label={`Remove ${name}`} onClick={onRemove}>
        ×
      </button>
    </li>
  )
}
