/** Bounds how many files are read at a time, in all and by each reader: they may take as long as they like. */
export interface ReadingPlaces {
  /**
   * Waits for a place, in the order of those who ask; who has as many as one reader may have is passed over. Returns what
   * gives it back, once; or why there is none within the time: `full` for all, or `own`.
   */
  take(reader: string): Promise<(() => void) | 'full' | 'own'>
}

export interface ReadingPlacesOptions {
  readonly most: number
  readonly mostOfReader: number
  readonly waitMs: number
}

export function createReadingPlaces({ most, mostOfReader, waitMs }: ReadingPlacesOptions): ReadingPlaces {
  const taken = new Map<string, number>()
  let all = 0
  const waiting: { readonly reader: string; begin(): void }[] = []
  const hasOwn = (reader: string): boolean => (taken.get(reader) ?? 0) >= mostOfReader
  const isFree = (reader: string): boolean => all < most && !hasOwn(reader)

  function change(reader: string, by: 1 | -1): void {
    const own = (taken.get(reader) ?? 0) + by
    if (own > 0) taken.set(reader, own)
    else taken.delete(reader)
    all += by
  }
  function begin(reader: string): () => void {
    change(reader, 1)
    return () => {
      change(reader, -1)
      const at = waiting.findIndex((each) => isFree(each.reader))
      if (at >= 0) waiting.splice(at, 1)[0]?.begin()
    }
  }

  return {
    async take(reader) {
      if (isFree(reader)) return begin(reader)
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(own), 1)
          resolve(hasOwn(reader) ? 'own' : 'full')
        }, waitMs)
        const own = {
          reader,
          begin() {
            clearTimeout(timer)
            resolve(begin(reader))
          },
        }
        waiting.push(own)
      })
    },
  }
}
