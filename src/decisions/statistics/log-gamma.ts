/**
 * The logarithm of the gamma function for x > 0: Stirling's series, where x is large; smaller ones are moved up by
 * `gamma(x) = gamma(x + 1) / x`. Good to 1e-12 relative.
 */
export function logGamma(x: number): number {
  let shift = 0
  let at = x
  while (at < 12) {
    shift += Math.log(at)
    at += 1
  }
  const inverse = 1 / at
  const square = inverse * inverse
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift
}
