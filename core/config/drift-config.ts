import { z } from 'zod';
import { DRIFT_TESTS } from '../domain/drift/drift-test-registry.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { durationMs } from './quantities.ts';

const retrain = z
  .strictObject({
    after: z.number().int().min(1).default(1).describe('Number of consecutive checks with drift that start retraining'),
    cooldown: durationMs.optional(),
    workflow: z
      .string()
      .regex(/^[\w.-]+\.ya?ml$/, 'is not the file name of a workflow')
      .default('model-retrain.yml'),
    update: z.string().min(1).optional().describe('The command that fetches new data'),
  })
  .transform(camelCaseKeys);

/** `models.<name>.drift`. */
export const drift = z
  .strictObject({
    current: z
      .string()
      .min(1)
      .describe('The current inputs of the model: CSV, Parquet or JSON lines; a path, a glob, s3:// or sql://'),
    window: durationMs.optional().describe('The newest part of current to check; default: all of it'),
    'false-alarm-rate': z.number().gt(0).lt(1).default(0.05).describe('The false-alarm rate over all columns together'),
    reference: z.string().min(1).optional().describe('Default: evaluate.dataset'),
    limits: z.enum(['none', 'history']).default('none'),
    effect: z
      .strictObject({
        ks: z.number().min(0).max(1).default(DRIFT_TESTS.ks.defaultFloor),
        psi: z.number().min(0).default(DRIFT_TESTS.psi.defaultFloor),
        missing: z
          .number()
          .min(0)
          .max(1)
          .default(DRIFT_TESTS.missing.defaultFloor)
          .describe('Smallest difference between the shares of missing values that counts as drift'),
      })
      .prefault({}),
    retrain: retrain.optional(),
  })
  .transform(camelCaseKeys);

/** The drift part of a model in tidegate.yaml. */
export type DriftConfig = z.output<typeof drift>;
