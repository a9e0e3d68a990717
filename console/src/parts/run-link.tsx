import { Link } from '@tanstack/react-router'
import { shortId } from './figures.ts'

/** Leads to a run, from a row of a list. */
export const RunLink = ({ task, run }: { task: string; run: string }) => (
  <Link to="/runs/$task/$run" params={{ task, run }} data-row>
    …{shortId(run)}
  </Link>
)
