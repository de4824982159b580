import { z } from 'zod';
import { changesSchema } from './evaluation-report.ts';
import { digest, finite } from './header.ts';
import { intervalSchema } from './interval.ts';
import { type JudgedDatasetReport, judgedDatasetSchema } from './judged-dataset.ts';

const estimate = z.looseObject({ value: finite.nullable(), interval: intervalSchema.nullable() });

const metrics = z
  .array(z.looseObject({ name: z.string().max(100), value: finite.nullable(), interval: intervalSchema.nullable() }))
  .max(100)
  .readonly();

const comparisons = z
  .array(
    z.looseObject({
      champion: z.looseObject({
        version: z.string().max(128).optional(),
        digest,
        environments: z.array(z.string()).readonly().optional(),
      }),
      metrics: z
        .array(
          z.looseObject({
            name: z.string().max(100),
            direction: z.enum(['higher-is-better', 'lower-is-better']),
            champion: estimate,
            difference: estimate,
          }),
        )
        .max(100)
        .readonly(),
      changes: changesSchema.optional(),
    }),
  )
  .max(50)
  .readonly();

/** Evaluation of a version by its release, without slices: in its document, and in its tag for people. */
export const evidenceShape = { metrics, comparisons, dataset: judgedDatasetSchema.optional() };

/** Evaluation of a version by its release, without slices. */
export interface VersionEvidence {
  readonly metrics: z.infer<typeof metrics>;
  readonly comparisons: z.infer<typeof comparisons>;
  readonly dataset?: JudgedDatasetReport | undefined;
}
