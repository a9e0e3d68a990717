/**
 * Bounds a cache to so many entries, as its option `max` would, and takes room for those that there are. With `max` a
 * cache of ten thousand entries fills half a megabyte when it is made; a process has some twenty, and is to start soon.
 */
export const atMost = (entries: number) => ({ maxSize: entries, sizeCalculation: () => 1 })
