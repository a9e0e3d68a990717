import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { AnnouncerProvider } from '../parts/page/announcer.tsx'
import { ProjectGate } from './project-gate.tsx'
import { queries } from './queries.ts'
import { router } from './router.tsx'
import { SessionGate } from './session-gate.tsx'

/** The whole console. @param givenKey a key from the address, to sign in with */
export function App({ givenKey }: { givenKey: string | null }) {
  return (
    <QueryClientProvider client={queries}>
      <AnnouncerProvider>
        <SessionGate givenKey={givenKey}>
          {(session) => (
            <ProjectGate session={session}>
              <RouterProvider router={router} />
            </ProjectGate>
          )}
        </SessionGate>
      </AnnouncerProvider>
    </QueryClientProvider>
  )
}
