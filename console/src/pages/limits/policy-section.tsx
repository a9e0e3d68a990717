import type { Client } from '@splitrun/client'
import type { QueryKey } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useChange } from '../../app/use-api.ts'
import { useKept } from '../../app/use-kept.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { Empty } from '../../parts/page/empty.tsx'
import { Loaded } from '../../parts/page/loaded.tsx'
import { Modal } from '../../parts/page/modal.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import type { Target } from './target.ts'
import { TargetName } from './target-name.tsx'

interface Policy extends Target {
  readonly name: string
}

/** What a form of a policy is handed. */
export interface PolicyFormProps<P> {
  /** What is changed; null for a new one. */
  readonly policy: P | null
  readonly isBusy: boolean
  /** Is handed what makes a policy of what was typed, and throws where that cannot be. */
  readonly onSave: (make: () => P) => void
}

interface PolicySectionProps<All, P extends Policy> {
  readonly query: { readonly data: All | undefined; readonly error: unknown; refetch(): unknown }
  readonly policiesOf: (all: All) => readonly P[]
  readonly words: {
    readonly id: string
    readonly title: string
    readonly one: string
    readonly empty: string
  }
  /** Behind the name, and whom it is about. */
  readonly columns: (all: All) => readonly Column<P>[]
  readonly stale: QueryKey
  /** Puts a policy in the place of another; null takes it out. */
  readonly save: (client: Client, before: P | null, next: P | null) => Promise<unknown>
  readonly form: (props: PolicyFormProps<P>) => ReactNode
}

/** Policies of one kind, how far they are used, and what the administrator does with them. */
export function PolicySection<All, P extends Policy>(props: PolicySectionProps<All, P>) {
  const { query, policiesOf, words, columns, stale, save, form } = props
  const announce = useAnnounce()
  /** Undefined: none is open. */
  const [edited, setEdited] = useKept<P | null | undefined>(`${words.one} that is edited`, () => undefined)
  const [leaving, setLeaving] = useState<P | null>(null)
  const saving = useChange(
    async (client, { before, make }: { before: P | null; make: () => P | null }) => {
      const next = make()
      await save(client, before, next)
      return next
    },
    [stale],
  )
  const change = (before: P | null, make: () => P | null) =>
    saving.mutate(
      { before, make },
      {
        onSuccess: (next) => {
          setEdited(undefined)
          setLeaving(null)
          announce(next ? `The ${words.one} “${next.name}” is set.` : `The ${words.one} is taken away.`)
        },
      },
    )
  /** What was refused in one dialog is not said in the next. */
  function open(act: () => void) {
    saving.reset()
    act()
  }
  const actions: Column<P> = {
    head: 'Actions',
    isHidden: true,
    cell: (policy) => (
      <div className="row">
        <ActionButton scope="admin" onPress={() => open(() => setEdited(policy))}>
          Change<span className="hidden"> {policy.name}</span>
        </ActionButton>
        <ActionButton scope="admin" onPress={() => open(() => setLeaving(policy))}>
          Take away<span className="hidden"> {policy.name}</span>
        </ActionButton>
      </div>
    ),
  }
  return (
    <section className="section" aria-labelledby={words.id}>
      <div className="page-head">
        <h2 id={words.id}>{words.title}</h2>
        <ActionButton scope="admin" onPress={() => open(() => setEdited(null))}>
          New {words.one}
        </ActionButton>
      </div>
      <Loaded query={query} what={`${words.one}s`}>
        {(all) =>
          policiesOf(all).length === 0 ? (
            <Empty title={`There is no ${words.one}`}>
              {words.empty} The administrator sets {words.one}s here.
            </Empty>
          ) : (
            <DataTable
              rows={policiesOf(all)}
              keyOf={({ name }) => name}
              columns={[
                { head: 'Name', cell: ({ name }) => name },
                { head: 'Of', cell: (policy) => <TargetName target={policy} /> },
                ...columns(all),
                actions,
              ]}
            />
          )
        }
      </Loaded>
      {edited !== undefined && (
        <Modal
          title={edited ? `Change the ${words.one} “${edited.name}”` : `New ${words.one}`}
          busy={saving.isPending}
          onClose={() => setEdited(undefined)}
        >
          {form({
            policy: edited,
            isBusy: saving.isPending,
            onSave: (make) => change(edited, make),
          })}
          {saving.error && <Problem error={saving.error} />}
          <ActionButton busy={saving.isPending} onPress={() => setEdited(undefined)}>
            Close
          </ActionButton>
        </Modal>
      )}
      {leaving && (
        <Modal
          title={`Take the ${words.one} “${leaving.name}” away?`}
          busy={saving.isPending}
          onClose={() => setLeaving(null)}
        >
          <p>{words.empty}</p>
          {saving.error && <Problem error={saving.error} />}
          <div className="row">
            <ActionButton
              primary
              scope="admin"
              busy={saving.isPending}
              onPress={() => change(leaving, () => null)}
            >
              Take it away
            </ActionButton>
            <ActionButton busy={saving.isPending} onPress={() => setLeaving(null)}>
              Keep it
            </ActionButton>
          </div>
        </Modal>
      )}
    </section>
  )
}
