import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useProject } from '../../app/project.ts'
import { Problem } from '../../parts/page/problem.tsx'

interface RunImageProps {
  readonly task: string
  readonly run: string
  readonly name: string
}

/** An image of a run, shown from memory. */
export function RunImage({ task, run, name }: RunImageProps) {
  const { client } = useProject()
  const { data, error } = useQuery({
    queryKey: ['image', run, name],
    queryFn: ({ signal }) => client.task(task).attach(run).file(name, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    if (!data) return
    const made = URL.createObjectURL(data)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [data])
  if (error) return <Problem error={error} />
  return url && <img src={url} alt={`Input ${name}`} className="run-image" />
}
