import * as echarts from 'echarts'

/** A chart as an SVG that stands still. Size in pixels. */
export function renderChart(
  size: { readonly width: number; readonly height: number },
  option: echarts.EChartsOption,
): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size })
  chart.setOption({ animation: false, useUTC: true, textStyle: { fontFamily: 'sans-serif' }, ...option })
  const svg = chart.renderToSVGString()
  chart.dispose()
  // A tenth of a pixel is fine enough, and a file half as large.
  return svg.replace(/ d="[^"]+"/g, (path) =>
    path.replace(/\d+\.\d+/g, (n) => `${Number(Number(n).toFixed(1))}`),
  )
}
