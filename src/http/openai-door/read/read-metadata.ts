import { z } from 'zod'
import { noProto } from '../../../platform/json/no-proto.ts'
import { splitKey } from '../../run-request.ts'

/** OpenAI's bounds: 16 pairs of texts. */
export const metadataMember = noProto(
  z
    .object({
      reference: z.string().max(500).nullish().meta({ description: 'The run’s `reference`.' }),
      reporting_group: z
        .string()
        .min(1)
        .max(100)
        .nullish()
        .meta({ description: 'The run’s `reporting_group`.' }),
      split_key: splitKey.nullish(),
    })
    .catchall(z.string().max(512))
    .refine((pairs) => Object.keys(pairs).length <= 16, 'at most 16 pairs are accepted'),
)
  .nullish()
  .meta({ description: '`reference`, `reporting_group` and `split_key`; other keys are not kept.' })

/** What a run keeps of a caller's metadata, and which keys it does not keep. */
export function readMetadata(metadata: z.output<typeof metadataMember>) {
  const { reference = null, reporting_group: reportingGroup = null, ...rest } = metadata ?? {}
  const { split_key: splitKey = null, ...others } = rest
  return {
    kept: { reference, reportingGroup, splitKey },
    ignored: Object.keys(others).map((key) => `metadata.${key}`),
  }
}

/** What is kept of it, as it is shown. */
export function presentMetadata(run: { reference: string | null; reportingGroup: string | null }) {
  const { reference, reportingGroup } = run
  return {
    ...(reference === null ? {} : { reference }),
    ...(reportingGroup === null ? {} : { reporting_group: reportingGroup }),
  }
}
