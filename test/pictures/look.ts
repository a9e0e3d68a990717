import type { askPanel, StoredPanel } from '../support/dashboard-panels.ts'

/** A panel with the answers to its queries. */
export interface AskedPanel {
  readonly panel: StoredPanel
  readonly answers: Awaited<ReturnType<typeof askPanel>>
}

/** In pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Grafana's dark theme, more or less. */
export const PAGE = '#111217'
export const CARD = '#181b1f'
export const EDGE = '#25282d'
export const TEXT = '#a6a8b5'
export const BRIGHT = '#e5e6ee'
export const PALETTE = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff780a',
  '#b877d9',
  '#f2495c',
  '#5794f2',
  '#fade2a',
]
/** Of the names that our dashboards give to colours. */
export const COLOURS: Readonly<Record<string, string>> = {
  green: '#73bf69',
  red: '#f2495c',
  orange: '#ff9830',
  text: '#9a9ca6',
}
