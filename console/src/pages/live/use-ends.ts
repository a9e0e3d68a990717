import type { RunEnd } from '@splitrun/client'
import { useEffect, useState } from 'react'
import { useProject } from '../../app/project.ts'
import { onRefusal } from '../../app/queries.ts'

/** As many are shown; lists of runs have the others. */
const MOST = 50

export interface Ends {
  /** The newest first. */
  readonly shown: readonly RunEnd[]
  /** Ended while the list stood still. */
  readonly waiting: readonly RunEnd[]
  /** Ended, and not told of. */
  readonly skipped: number
  readonly isWatching: boolean
  readonly error: unknown
  /** Watches anew, after an error. */
  watchAgain(): void
}

type State = Omit<Ends, 'watchAgain'>

const NONE: State = { shown: [], waiting: [], skipped: 0, isWatching: false, error: null }

/** The ends of the project's runs as they come. @param isHeld whether what is shown stays as it is */
export function useEnds(isHeld: boolean): Ends {
  const { client } = useProject()
  const [ends, setEnds] = useState(NONE)
  const [tries, setTries] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try is another watching
  useEffect(() => {
    const leaving = new AbortController()
    async function watch() {
      for await (const event of client.runs.watch({ signal: leaving.signal })) {
        setEnds((before) => {
          if (event.type === 'watching') return { ...before, isWatching: true, error: null }
          if (event.type === 'runs.skipped') return { ...before, skipped: before.skipped + event.count }
          return { ...before, waiting: [event.run, ...before.waiting].slice(0, MOST) }
        })
      }
    }
    watch().catch((error) => {
      if (leaving.signal.aborted) return
      onRefusal(error)
      setEnds((before) => ({ ...before, isWatching: false, error }))
    })
    return () => leaving.abort()
  }, [client, tries])
  if (!isHeld && ends.waiting.length > 0) {
    setEnds({ ...ends, shown: [...ends.waiting, ...ends.shown].slice(0, MOST), waiting: [] })
  }
  return {
    ...ends,
    watchAgain() {
      setEnds((before) => ({ ...before, error: null }))
      setTries(tries + 1)
    },
  }
}
