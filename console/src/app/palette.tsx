import { useNavigate } from '@tanstack/react-router'
import {
  Autocomplete,
  Dialog,
  Input,
  Menu,
  MenuItem,
  Modal,
  ModalOverlay,
  SearchField,
  useFilter,
} from 'react-aria-components'
import { PAGES } from '../pages/registry.ts'
import { count } from '../parts/figures.ts'
import { Unread } from '../parts/page/unread.tsx'
import { useOlderTasks, useTasks } from '../parts/use-tasks.ts'
import { nextTheme } from './theme.ts'

interface Entry {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly act: () => void
}

interface PaletteProps {
  /** What was typed before it was there. */
  readonly begun: string
  readonly onClose: () => void
}

/** Everything that one can go to, by some letters of its name. */
export default function Palette({ begun, onClose }: PaletteProps) {
  const navigate = useNavigate()
  const { contains } = useFilter({ sensitivity: 'base' })
  const tasks = useTasks()
  const showOlder = useOlderTasks()
  const to =
    (path: string, params = {}) =>
    () =>
      void navigate({ to: path, params })
  const entries: Entry[] = [
    ...PAGES.flatMap(({ path, title }) =>
      title ? [{ id: path, name: title, kind: 'Page', act: to(path) }] : [],
    ),
    ...(tasks.data ?? []).flatMap(({ id, name }) => [
      { id, name, kind: 'Task', act: to('/tasks/$task', { task: id }) },
      { id: `${id}/edit`, name: `Edit ${name}`, kind: 'Task', act: to('/tasks/$task/edit', { task: id }) },
    ]),
    { id: 'new', name: 'New task', kind: 'Action', act: to('/tasks/new') },
    ...(showOlder ? [{ id: 'older', name: 'List older tasks', kind: 'Action', act: showOlder }] : []),
    { id: 'theme', name: 'Other colours', kind: 'Action', act: nextTheme },
  ]
  function goTo(entry: Entry | undefined) {
    if (!entry) return
    onClose()
    entry.act()
  }
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(isOpen) => isOpen || onClose()}>
      <Modal className="palette">
        <Dialog aria-label="Go to">
          <Autocomplete filter={contains} defaultInputValue={begun}>
            <SearchField
              aria-label="Name of a page, a task or an action"
              autoFocus
              onSubmit={(text) => {
                // Of a list that what was begun has shortened already, nothing is marked by more letters.
                const isMarked = document.querySelector('.palette [role=menuitem][data-focused]') !== null
                if (!isMarked && text !== '') goTo(entries.find(({ name }) => contains(name, text)))
              }}
            >
              <Input placeholder="Page, task or action" />
            </SearchField>
            <Menu
              items={entries}
              aria-label="Where to go"
              renderEmptyState={() => (
                <p className="quiet">
                  Nothing has this in its name
                  {tasks.data === undefined && ', of what is there without the tasks'}
                  {showOlder && `, of the newest ${count(tasks.data?.length ?? 0)} tasks`}.
                </p>
              )}
              onAction={(id) => goTo(entries.find((entry) => entry.id === id))}
            >
              {(entry) => (
                <MenuItem textValue={entry.name}>
                  <span>{entry.name}</span> <small>{entry.kind}</small>
                </MenuItem>
              )}
            </Menu>
            <Unread query={tasks} what="the tasks" />
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
