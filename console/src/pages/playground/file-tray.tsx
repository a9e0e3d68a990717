import { type DragEvent, useEffect, useEffectEvent, useId, useLayoutEffect, useState } from 'react'
import { bytes } from '../../parts/figures.ts'
import { useAnnounce } from '../../parts/page/announcer.tsx'

interface FileTrayProps {
  readonly images: readonly Blob[]
  readonly onChange: (images: readonly Blob[]) => void
  /** Whether a column cannot do without. */
  readonly isRequired: boolean
  /** Whether a column takes documents, too. */
  readonly takesDocuments: boolean
  /** Parameters that documents fill, and what each has to be called, if that is said. */
  readonly filled: ReadonlyMap<string, string | null>
}

const isImage = ({ type }: Blob): boolean => type.startsWith('image/')

/** Images and documents for the model: chosen, dropped here, or pasted anywhere on the page. */
export function FileTray({ images, onChange, isRequired, takesDocuments, filled }: FileTrayProps) {
  const field = useId()
  const [isOver, setOver] = useState(false)
  const announce = useAnnounce()
  const add = (more: readonly File[]) => more.length > 0 && onChange([...images, ...more])
  function take(data: DataTransfer | null): boolean {
    const all = [...(data?.files ?? [])]
    const refused = all.filter((file) => !takesDocuments && !isImage(file))
    if (refused.length > 0) {
      announce(
        `Not taken: ${refused.map(({ name }) => name).join(', ')}. What is tried here takes images only.`,
      )
    }
    add(all.filter((file) => !refused.includes(file)))
    return all.length > 0
  }
  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    if (take(event.clipboardData)) event.preventDefault()
  })
  useLayoutEffect(() => {
    const listen = (event: ClipboardEvent) => onPaste(event)
    document.addEventListener('paste', listen)
    return () => document.removeEventListener('paste', listen)
  }, [])
  const onDrag = (event: DragEvent) => {
    event.preventDefault()
    setOver(event.type === 'dragover')
    if (event.type === 'drop') take(event.dataTransfer)
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
        <label htmlFor={field}>{takesDocuments ? 'Files' : 'Images'}</label>
        <input
          id={field}
          type="file"
          accept={takesDocuments ? undefined : 'image/*'}
          multiple
          onChange={({ target }) => {
            add([...(target.files ?? [])])
            target.value = ''
          }}
        />
        <span className="quiet">or drop or paste them{isRequired && '; one is needed'}</span>
      </div>
      {[...filled].map(([name, wanted]) => (
        <p key={name} className="quiet">
          <code>{name}</code> is filled with the text of{' '}
          {wanted === null ? 'a document' : <code>{wanted}</code>}.
        </p>
      ))}
      <ul>
        {images.map((image, at) => (
          <Thumbnail
            // biome-ignore lint/suspicious/noArrayIndexKey: the same image may be there twice
            key={`${at} ${image.size}`}
            image={image}
            name={isImage(image) ? `Image ${at + 1}` : nameOf(image, at)}
            onRemove={() => onChange(images.filter((_, each) => each !== at))}
          />
        ))}
      </ul>
    </div>
  )
}

const nameOf = (file: Blob, at: number): string =>
  file instanceof File && file.name !== '' ? file.name : `File ${at + 1}`

function Thumbnail({ image, name, onRemove }: { image: Blob; name: string; onRemove: () => void }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(image)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [image])
  return (
    <li>
      {isImage(image) ? (
        url && <img src={url} alt={name} />
      ) : (
        <span>
          {name} <small className="quiet">{bytes(image.size)}</small>
        </span>
      )}
      <button type="button" aria-label={`Remove ${name}`} onClick={onRemove}>
        ×
      </button>
    </li>
  )
}
