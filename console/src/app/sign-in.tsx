import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId } from 'react'
import { Problem } from '../parts/page/problem.tsx'
import { signIn } from './api.ts'
import { putSignedIn } from './queries.ts'

/** Asks for a key. @param why nobody is signed in, where that is to be told */
export function SignIn({ why }: { why: string | null }) {
  const field = useId()
  const entering = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => putSignedIn({ session, why: null }),
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (entering.isPending) return
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
        <button type="submit" className="primary" aria-disabled={entering.isPending}>
          Sign in
        </button>
      </form>
      {why !== null && !entering.error && <p role="alert">{why}</p>}
      {entering.error && <Problem error={entering.error} />}
      <p className="quiet">
        <code>npm start</code> prints a link that signs in. Keys are made by the administrator, or by a key
        with the scope <code>key:write</code>. The key is traded for a session, and kept nowhere in this
        browser.
      </p>
    </main>
  )
}
