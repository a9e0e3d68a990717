import { useNavigate, useParams, useSearch } from '@tanstack/react-router'

/** A parameter of the page's path; it is always there. */
export function useParam(name: string): string {
  const all: Readonly<Record<string, string>> = useParams({ strict: false })
  return all[name] ?? ''
}

type Search = Readonly<Record<string, string>>

/** What stands behind the `?` of the page's address: its filters, and nothing else has them. */
export function useFilters(): [Search, (changes: Readonly<Record<string, string | undefined>>) => void] {
  const found: Readonly<Record<string, unknown>> = useSearch({ strict: false })
  const navigate = useNavigate()
  const search = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, String(value)]))
  return [
    search,
    (changes) => {
      // Over what was asked for last, which may not be shown yet: else the second of two quick changes takes the first back.
      const changed = (before: Search) =>
        Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value))
      void navigate({ to: '.', search: changed, replace: true })
    },
  ]
}
