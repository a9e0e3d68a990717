import { useEffectEvent, useLayoutEffect, useState } from 'react'
import { useAnnounce } from '../parts/page/announcer.tsx'
import { useProject } from './project.ts'
import { readSignedIn } from './queries.ts'

/** What was typed when a session ended by itself, by who typed it and where. It lasts as long as the tab. */
const kept = new Map<string, unknown>()

/**
 * A state that outlives the end of a session, which may come while one types: it is there again for who signs in with the
 * same credential and comes to the same page. Who signs out, or leaves the page, keeps nothing.
 * @param name what is typed, and where
 * @param isTyped whether there is anything to keep
 */
export function useKept<T>(name: string, initial: () => T, isTyped: (value: T) => boolean) {
  const { session, project } = useProject()
  const announce = useAnnounce()
  const key = JSON.stringify([session.client.id, project.id, name])
  const [isBack] = useState(() => kept.has(key))
  const state = useState<T>(() => (isBack ? (kept.get(key) as T) : initial()))
  const leave = useEffectEvent(() => {
    const signedIn = readSignedIn()
    const hasEnded = signedIn?.session === null && signedIn.why !== null
    if (hasEnded && isTyped(state[0])) kept.set(key, state[0])
  })
  const tell = useEffectEvent(() => {
    if (isBack) announce('What you had typed is here again. It is not saved yet.')
  })
  useLayoutEffect(() => {
    // Whatever was typed elsewhere, or by others, was not come back to.
    kept.clear()
    tell()
    return () => leave()
  }, [])
  return state
}
