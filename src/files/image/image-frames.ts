/** What is said to a process that converts images, and by it: what follows, and its bytes. */
export const FRAMES = { image: 1, jpeg: 2, png: 3, failure: 4 } as const
