import { type ComponentType, type ReactNode, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import { Problem } from './problem.tsx'

type Load<Props> = () => Promise<{ readonly default: ComponentType<Props> }>

interface LateProps<Props> {
  /** Always the same function: what it has brought once is there at once from then on. */
  readonly load: Load<Props>
  readonly props: Props
  /** What stands there until then, with what went wrong, if anything. */
  readonly before: (problem: ReactNode) => ReactNode
}

/** Browsers name what they could not load in these words, or others; and do not ask for it again under the same address. */
const addressIn = (error: unknown): string | null => /https?:\S+\.js/.exec(String(error))?.[0] ?? null

const loaded = new WeakMap<object, unknown>()

/**
 * A part of a page whose code comes once it is shown. Where that does not come, it is said in its place, and it can be asked
 * for again: the rest of the page, and what is typed there, stays.
 */
export function Late<Props extends object>({ load, props, before }: LateProps<Props>) {
  const [Part, setPart] = useState(() => (loaded.get(load) ?? null) as ComponentType<Props> | null)
  const [hasFailed, setFailed] = useState(false)
  const missing = useRef<string>(null)
  function ask() {
    setFailed(false)
    const again = missing.current && `${missing.current}?again=${Date.now()}`
    const asked: ReturnType<Load<Props>> = again ? import(/* @vite-ignore */ again) : load()
    asked.then(
      (found) => {
        loaded.set(load, found.default)
        setPart(() => found.default)
      },
      (error) => {
        missing.current ??= addressIn(error)
        setFailed(true)
      },
    )
  }
  const begin = useEffectEvent(() => {
    if (Part === null) ask()
  })
  useLayoutEffect(() => begin(), [])
  if (Part !== null) return <Part {...props} />
  const error = 'A part of this page could not be loaded.'
  return before(hasFailed && <Problem error={error} onRetry={ask} />)
}
