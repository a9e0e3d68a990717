import type { ReactNode } from 'react'

/** A column of a table. */
export interface Column<Row> {
  readonly head: string
  readonly cell: (row: Row) => ReactNode
  /** Of figures, which stand one below the other. */
  readonly isNumber?: boolean
  /** Of buttons: its heading is heard only. */
  readonly isHidden?: boolean
}

interface DataTableProps<Row> {
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** The first one says what its row is of. */
  readonly columns: readonly Column<Row>[]
}

/** Rows that have the same columns. */
export function DataTable<Row>({ rows, keyOf, columns }: DataTableProps<Row>) {
  return (
    <table>
      <thead>
        <tr>
          {columns.map(({ head, isNumber, isHidden }) => (
            <th key={head} scope="col" className={isNumber ? 'number' : undefined}>
              {isHidden ? <span className="hidden">{head}</span> : head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ head, cell, isNumber }, at) =>
              at === 0 ? (
                <th key={head} scope="row">
                  {cell(row)}
                </th>
              ) : (
                <td key={head} className={isNumber ? 'number' : undefined}>
                  {cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
