/** Stands where something comes. Nothing is seen of it when that takes a moment only. */
export const Loading = ({ what }: { what: string }) => (
  <p role="status" className="loading">
    {what}…
  </p>
)
