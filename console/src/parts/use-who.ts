import { useProject } from '../app/project.ts'
import { useCallers } from './use-callers.ts'

/** What a caller is called that the server knows by the id of its token: by name, where one may see the keys. */
export function useWho(): (id: string) => string {
  const { session, whyNot } = useProject()
  const { keys, clients } = useCallers(whyNot('key:write') === null)
  const nameOf = (id: string): string => {
    if (id === session.client.id) return 'you'
    if (id === 'admin') return 'the administrator'
    if (id === 'rollout') return 'the evidence'
    const named = [...keys, ...clients].find((each) => each.id === id)
    return named ? `“${named.name}”` : `a key, …${id.slice(-6)}`
  }
  return (id) => (id.startsWith('link:') ? `a link by ${nameOf(id.slice(5))}` : nameOf(id))
}
