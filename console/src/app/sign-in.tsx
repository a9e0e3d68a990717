import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId } from 'react'
import { Problem } from '../parts/problem.tsx'
import { signIn } from './api.ts'

/** Asks for a key. @param wasRefused whether a link has brought one that is worth nothing */
export function SignIn({ wasRefused }: { wasRefused: boolean }) {
  const queries = useQueryClient()
  const field = useId()
  const entering = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => queries.setQueryData(['session'], session),
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    entering.mutate(String(new FormData(event.currentTarget).get('key')).trim())
  }
  return (
    <main className="sign-in">
      <h1>Splitrun</h1>
      <form onSubmit={submit} className="stack">
        <label htmlFor={field}>A key of a project, or the administrator’s token</label>
        <input
          id={field}
          name="key"
          type="password"
          autoComplete="current-password"
          required
          spellCheck={false}
        />
        <button type="submit" className="primary" disabled={entering.isPending}>
          Sign in
        </button>
      </form>
      {wasRefused && !entering.error && (
        <p role="alert">The key of the link is unknown, revoked or expired.</p>
      )}
      {entering.error && <Problem error={entering.error} />}
      <p className="quiet">
        <code>npm start</code> prints a link that signs in. Keys are made by the administrator, or by a key
        with the scope <code>key:write</code>. The key is traded for a session, and kept nowhere in this
        browser.
      </p>
    </main>
  )
}
