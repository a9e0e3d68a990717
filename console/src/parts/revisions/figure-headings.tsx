/** Headings of the columns with a revision's figures, wherever revisions stand in a table. */
export const FigureHeadings = () => (
  <>
    {['Runs, 7 days', 'Succeeded', 'Half within', 'Credits'].map((heading) => (
      <th key={heading} scope="col" className="number">
        {heading}
      </th>
    ))}
  </>
)
