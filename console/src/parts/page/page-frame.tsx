import { type ReactNode, useLayoutEffect, useRef } from 'react'

interface PageFrameProps {
  readonly title: string
  /** Behind the title. */
  readonly mark?: ReactNode
  /** What one can do here. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A page: its title, also that of the window, and what one can do there. */
export function PageFrame({ title, mark, actions, children }: PageFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    document.title = `${title} · Splitrun`
  }, [title])
  useLayoutEffect(() => {
    // Who hears the page is told that it is another one; not when it is the first.
    if (document.activeElement?.closest('.side, .content')) heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <>
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {mark}
        {actions && <div className="page-actions">{actions}</div>}
      </div>
      {children}
    </>
  )
}
