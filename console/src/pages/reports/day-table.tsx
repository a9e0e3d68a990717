import { FigureCells, FigureHeads } from './figure-cells.tsx'
import type { DayFigures } from './use-reports.ts'

interface DayTableProps {
  readonly days: readonly DayFigures[]
  readonly search: Readonly<Record<string, string | undefined>>
}

/** The days on which runs ended, the newest first. */
export const DayTable = ({ days, search }: DayTableProps) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Day, UTC</th>
        <FigureHeads />
      </tr>
    </thead>
    <tbody>
      {days.toReversed().map((figures) => (
        <tr key={figures.day}>
          <th scope="row">{figures.day}</th>
          <FigureCells
            figures={figures}
            search={{ ...search, start_date: figures.day, end_date: figures.day }}
          />
        </tr>
      ))}
    </tbody>
  </table>
)
