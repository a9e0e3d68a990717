import type { Run } from '@splitrun/client'
import { useQuery } from '@tanstack/react-query'
import { useProject } from '../../app/project.ts'
import { useChange } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { bytes } from '../../parts/figures.ts'
import { Problem } from '../../parts/page/problem.tsx'
import { isImageName, kindOf, savedName } from './file-kinds.ts'
import { madeFile } from './read-files.ts'
import { RunImage } from './run-image.tsx'
import { saveAs } from './save-as.ts'

interface RunFilesProps {
  readonly run: Run
  /** Those that the run was given, or the one that it answers with. */
  readonly which: 'given' | 'made'
}

/** Files of a run: images are shown, others listed. */
export function RunFiles({ run, which }: RunFilesProps) {
  const { project } = useProject()
  const { files, file_names: names } = run
  const made = madeFile(run)
  const rows = files
    .map((stored, at) => ({ stored, name: names[at] ?? null }))
    .filter(({ stored }) => (stored === made) === (which === 'made'))
  const documents = rows.filter(({ stored }) => !isImageName(stored))
  // The page's cookie goes with it, as with every call of this page.
  const addressOf = (stored: string) =>
    `../api/v1/org/${project.org_id}/project/${project.id}/task/${run.task_id}/run/${run.id}/file/${stored}`
  return (
    <>
      {documents.length > 0 && (
        <>
          <h3>{which === 'given' ? 'Documents' : 'File'}</h3>
          <DataTable
            rows={documents}
            keyOf={({ stored }) => stored}
            columns={[
              { head: 'Name', cell: ({ name, stored }) => name ?? stored },
              { head: 'Type', cell: ({ stored }) => kindOf(stored) },
              {
                head: 'Size',
                isNumber: true,
                cell: ({ stored }) => <FileSize address={addressOf(stored)} />,
              },
              {
                head: 'Download',
                isHidden: true,
                cell: (file) => <Download run={run} {...file} />,
              },
            ]}
          />
        </>
      )}
      {rows
        .filter(({ stored }) => isImageName(stored))
        .map(({ stored }) => (
          <RunImage key={stored} task={run.task_id} run={run.id} name={stored} />
        ))}
    </>
  )
}

interface DownloadProps {
  readonly run: Run
  readonly stored: string
  readonly name: string | null
}

/** By way of a blob: the server names a file by its id, and its name beats that of a link. */
function Download({ run, stored, name }: DownloadProps) {
  const saving = useChange(async (client) =>
    saveAs(await client.task(run.task_id).attach(run.id).file(stored), savedName(name, stored)),
  )
  return (
    <>
      <ActionButton busy={saving.isPending} onPress={() => saving.mutate(undefined)}>
        Download<span className="hidden"> {name ?? stored}</span>
      </ActionButton>
      {saving.error && <Problem error={saving.error} />}
    </>
  )
}

/** Asked of the file itself, without reading it. */
function FileSize({ address }: { address: string }) {
  const { data, error } = useQuery({
    queryKey: ['file size', address],
    queryFn: async ({ signal }) => {
      const answer = await fetch(address, { method: 'HEAD', signal })
      if (!answer.ok) throw new Error(`The server says ${answer.status}.`)
      return Number(answer.headers.get('content-length'))
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (error) return <span title={error.message}>not known</span>
  return data === undefined ? '…' : bytes(data)
}
