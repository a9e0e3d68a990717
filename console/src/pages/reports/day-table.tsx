import { FigureCells, FigureHeads } from './figure-cells.tsx'
import type { DayFigures, Figures } from './use-reports.ts'

interface DayTableProps {
  readonly days: readonly DayFigures[]
  readonly whole: Figures
  /** The filters of a day's runs beside the day. */
  readonly search: Readonly<Record<string, string | undefined>>
  /** And those of all of them. */
  readonly wholeSearch: Readonly<Record<string, string | undefined>>
}

/** All days together, and each on which runs ended, the newest first. */
export const DayTable = ({ days, whole, search, wholeSearch }: DayTableProps) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Day, UTC</th>
        <FigureHeads />
      </tr>
    </thead>
    <tbody>
      <tr>
        <th scope="row">All days</th>
        <FigureCells figures={whole} search={wholeSearch} />
      </tr>
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
