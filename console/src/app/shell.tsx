import { useMutation } from '@tanstack/react-query'
import { Link, Outlet, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { PAGES } from '../pages/registry.ts'
import { useAnnounce } from '../parts/page/announcer.tsx'
import { Late } from '../parts/page/late.tsx'
import { SimulatedNotice } from '../parts/simulated.tsx'
import { signOut } from './api.ts'
import { PaletteOpening } from './palette-opening.tsx'
import { ProjectSwitcher } from './project-switcher.tsx'
import { endSession } from './queries.ts'
import { useShortcuts } from './shortcuts.ts'
import { nextTheme, readTheme } from './theme.ts'
import { mayLeave } from './use-dirty-guard.ts'

const loadPalette = () => import('./palette.tsx')

/** What stands around every page: the navigation, the project, and the palette. */
export function Shell() {
  const [isOpen, setOpen] = useState(false)
  const [begun, setBegun] = useState('')
  const [theme, setTheme] = useState(readTheme)
  const announce = useAnnounce()
  const router = useRouter()
  // What was said on one page does not lie on the next ones.
  useEffect(
    () => router.subscribe('onBeforeNavigate', ({ pathChanged }) => pathChanged && announce('')),
    [router, announce],
  )
  const leaving = useMutation({
    mutationFn: signOut,
    onSuccess: endSession,
    // The cookie still opens the console then.
    onError: (error) => announce(`Not signed out: ${error.message}`),
  })
  function openPalette() {
    setBegun('')
    setOpen(true)
  }
  const closePalette = () => setOpen(false)
  useShortcuts({ openPalette })
  const isMac = navigator.userAgent.includes('Mac')
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => document.getElementById('content')?.focus()}>
        Skip to the content
      </button>
      <header className="bar">
        <Link to="/tasks" className="brand">
          Splitrun
        </Link>
        <ProjectSwitcher />
        <SimulatedNotice />
        <div className="bar-end">
          <button type="button" onClick={openPalette} aria-keyshortcuts="Control+K Meta+K">
            Go to… <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
          </button>
          <button type="button" onClick={() => setTheme(nextTheme())} aria-label={`Colours: ${theme}`}>
            {theme === 'system' ? '◐' : theme === 'light' ? '○' : '●'}
          </button>
          <button
            type="button"
            onClick={() => !leaving.isPending && mayLeave() && leaving.mutate()}
            aria-disabled={leaving.isPending}
          >
            Sign out
          </button>
        </div>
      </header>
      <nav className="side" aria-label="Pages">
        <ul>
          {PAGES.filter(({ title }) => title).map(({ path, title, key }) => (
            <li key={path}>
              <Link
                to={path}
                activeProps={{ 'aria-current': 'page' }}
                activeOptions={{ includeSearch: false }}
              >
                {title} {key && <kbd>g {key}</kbd>}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <main id="content" className="content" tabIndex={-1}>
        <Outlet />
      </main>
      {isOpen && (
        <Late
          load={loadPalette}
          props={{ begun, onClose: closePalette }}
          before={(problem) => (
            <PaletteOpening text={begun} onType={setBegun} onClose={closePalette}>
              {problem}
            </PaletteOpening>
          )}
        />
      )}
    </div>
  )
}
