import { useEffectEvent, useLayoutEffect, useState } from 'react'
import { useAnnounce } from '../parts/page/announcer.tsx'
import { useKeptPlace } from './kept.ts'
import { readSignedIn } from './queries.ts'

/**
 * A state that outlives the end of a session, as a place of `useKeptPlace` does. Who signs out, or leaves the page, keeps
 * nothing.
 * @param name what is typed, and where
 * @param isTyped whether there is anything to keep: by itself, where it is not what it was at first
 */
export function useKept<T>(name: string, initial: () => T, isTyped?: (value: T) => boolean) {
  const announce = useAnnounce()
  const place = useKeptPlace<{ readonly value: T }>(name)
  const [found] = useState(place.read)
  const [first] = useState(initial)
  const state = useState<T>(found ? found.value : first)
  const leave = useEffectEvent(() => {
    const [value] = state
    const signedIn = readSignedIn()
    const hasEnded = signedIn?.session === null && signedIn.why !== null
    const isOther = isTyped ?? ((now: T) => JSON.stringify(now) !== JSON.stringify(first))
    if (hasEnded && isOther(value)) place.write({ value })
  })
  const enter = useEffectEvent(() => {
    if (!found) return
    place.drop()
    announce('What you had typed is here again. It is not saved yet.')
  })
  useLayoutEffect(() => {
    enter()
    return () => leave()
  }, [])
  return state
}
