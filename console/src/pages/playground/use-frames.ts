import { useCallback, useEffect, useRef, useState } from 'react'

/** Values that change faster than they can be painted: the page is told of them once per frame. The third has them at once. */
export function useFrames<T>() {
  const [shown, setShown] = useState<ReadonlyMap<string, T>>(() => new Map())
  const latest = useRef(new Map<string, T>())
  const frame = useRef(0)
  useEffect(
    () => () => {
      cancelAnimationFrame(frame.current)
      frame.current = 0
    },
    [],
  )
  const put = useCallback((key: string, value: T) => {
    latest.current.set(key, value)
    if (frame.current !== 0) return
    frame.current = requestAnimationFrame(() => {
      frame.current = 0
      setShown(new Map(latest.current))
    })
  }, [])
  return [shown, put, latest] as const
}
