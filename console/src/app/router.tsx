import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { PAGES } from '../pages/registry.ts'
import { Empty } from '../parts/page/empty.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { Problem } from '../parts/page/problem.tsx'
import { Shell } from './shell.tsx'

const Nowhere = () => (
  <PageFrame title="No such page">
    <Empty title="This address leads nowhere">Choose a page in the navigation, or press Ctrl-K.</Empty>
  </PageFrame>
)
/** In the words of the browsers, each of which has its own. */
const NO_CODE = /\bmodule\b/

/** Code that did not come is not asked for again by the same page: the console has to be loaded anew for it. */
const Crashed = ({ error, reset }: ErrorComponentProps) => (
  <Problem error={error} onRetry={NO_CODE.test(String(error)) ? () => location.reload() : reset} />
)

const root = createRootRoute({ component: Shell, notFoundComponent: Nowhere })
const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/tasks' })
  },
})
const pages = PAGES.map(({ path, load }) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) }),
)

/** Addresses stand behind the `#`: the server need not know them, nor what stands before them. */
export const router = createRouter({
  routeTree: root.addChildren([start, ...pages]),
  history: createHashHistory(),
  // What stands in an address is text, also where it looks like a number.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(search).toString()
    return text && `?${text}`
  },
  defaultPreload: 'intent',
  defaultErrorComponent: Crashed,
  defaultNotFoundComponent: Nowhere,
})
