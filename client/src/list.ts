import type { Page } from './shapes/page.ts'
import type { Api } from './transport/api.ts'
import type { Call } from './transport/call.ts'

/** A list that is longer than one answer: all of it by `for await`, or a page at a time. */
export interface List<T> extends AsyncIterable<T> {
  /** The first page, or the one behind a page's `next_cursor`. */
  page(cursor?: string | null): Promise<Page<T>>
}

/** The list at a path. Nothing is asked for before somebody looks. */
export function listOf<T>(api: Api, path: string, filter: object = {}, options: Partial<Call> = {}): List<T> {
  const page = (cursor?: string | null) =>
    api.json<Page<T>>({ ...options, method: 'GET', path, query: { ...filter, cursor } })
  return {
    page,
    async *[Symbol.asyncIterator]() {
      let cursor: string | null = null
      do {
        const { results, pagination }: Page<T> = await page(cursor)
        yield* results
        cursor = pagination.next_cursor
      } while (cursor !== null)
    },
  }
}
