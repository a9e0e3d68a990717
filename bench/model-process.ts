import { join } from 'node:path'
import { type Started, startNode } from './process.ts'

/** Starts the model that everything is measured against. It answers after so many milliseconds. */
export const startModel = (latencyMs: number): Promise<Started> =>
  startNode('model', [join(import.meta.dirname, 'mock-model.ts'), String(latencyMs)])

export const modelUrl = ({ port }: Started): string => `http://127.0.0.1:${port}/v1`

/** Kinds of models that `troubled-model.ts` plays. */
export const TROUBLES = ['saturated', 'hanging', 'refusing', 'limited'] as const
export type Trouble = (typeof TROUBLES)[number]

/** Starts a model that is in trouble. */
export const startTroubledModel = (kind: Trouble | 'failing'): Promise<Started> =>
  startNode(kind, [join(import.meta.dirname, 'troubled-model.ts'), kind])
