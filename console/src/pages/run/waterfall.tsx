import type { Run } from '@splitrun/client'
import { duration } from '../../parts/figures.ts'
import { stepsOf } from './waterfall-steps.ts'

/** Where the time of a run went. The bars are for the eye; the words say the same. */
export function Waterfall({ run }: { run: Run }) {
  const { steps, total } = stepsOf(run, Date.now())
  return (
    <section className="section" aria-labelledby="waterfall">
      <h2 id="waterfall">Time: {duration(total)}</h2>
      <table className="waterfall">
        <tbody>
          {steps.map(({ name, from, to, kind, words }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{words}</td>
              <td className="number">{duration(to - from)}</td>
              <td aria-hidden="true" className="waterfall-lane">
                <span
                  data-kind={kind}
                  style={{
                    marginInlineStart: `${(from / total) * 100}%`,
                    width: `${((to - from) / total) * 100}%`,
                  }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
