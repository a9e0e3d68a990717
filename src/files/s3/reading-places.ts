/** Bounds how many files are read at a time: their readers may take as long as they like. */
export interface ReadingPlaces {
  /** Waits for a place, in the order of those who ask; false when there is none within the time. */
  take(): Promise<boolean>
  /** Gives a place that was taken back. */
  release(): void
}

export function createReadingPlaces(most: number, waitMs: number): ReadingPlaces {
  let taken = 0
  const waiting: (() => void)[] = []
  return {
    async take() {
      if (taken < most) {
        taken += 1
        return true
      }
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(begin), 1)
          resolve(false)
        }, waitMs)
        function begin(): void {
          clearTimeout(timer)
          resolve(true)
        }
        waiting.push(begin)
      })
    },
    release() {
      const next = waiting.shift()
      if (next) next()
      else taken -= 1
    },
  }
}
