import type { Drill } from '../drill.ts'
export const drillBacklog: Drill = async () => {
  throw new Error('not yet')
}
