import { useId, useRef } from 'react'
import { useAnnounce } from './page/announcer.tsx'

/** A text to be taken elsewhere. Where the browser lets no page copy, as it does without TLS, the text is marked instead. */
export function CopyText({ name, text }: { name: string; text: string }) {
  const announce = useAnnounce()
  const title = useId()
  const shown = useRef<HTMLPreElement>(null)

  async function copy() {
    try {
      await navigator.clipboard.writeText(text)
      announce(`${name}: copied.`)
    } catch {
      const { current } = shown
      if (current) getSelection()?.selectAllChildren(current)
      announce('This browser lets no page copy here: the text is marked, press Ctrl-C.')
    }
  }
  return (
    <section aria-labelledby={title}>
      <div className="row">
        <h3 id={title}>{name}</h3>
        <button type="button" aria-label={`Copy ${name}`} onClick={copy}>
          Copy
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keys */}
      <pre ref={shown} tabIndex={0}>
        {text}
      </pre>
    </section>
  )
}
