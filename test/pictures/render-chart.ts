import * as echarts from 'echarts'

/** A chart as an SVG that stands still: the same bytes for the same chart. Size in pixels. */
export function renderChart(
  size: { readonly width: number; readonly height: number },
  option: echarts.EChartsOption,
): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size })
  chart.setOption({ animation: false, useUTC: true, textStyle: { fontFamily: 'sans-serif' }, ...option })
  const svg = withOwnNames(chart.renderToSVGString())
  chart.dispose()
  // A tenth of a pixel is fine enough, and a file half as large.
  return svg.replace(/ d="[^"]+"/g, (path) =>
    path.replace(/\d+\.\d+/g, (n) => `${Number(Number(n).toFixed(1))}`),
  )
}

/** Names are numbered through all charts that a process has drawn: here, through those of this one. */
function withOwnNames(svg: string): string {
  const names = new Map<string, string>()
  return svg.replace(/\bzr\d+-([a-z]+)-?\d+\b/g, (name, kind: string) => {
    if (!names.has(name)) names.set(name, `zr-${kind}-${names.size}`)
    return names.get(name) ?? name
  })
}
