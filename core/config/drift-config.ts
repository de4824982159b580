import { z } from 'zod';
import { DRIFT_TESTS } from '../domain/drift/drift-test-registry.ts';
import { dataAddress } from './addresses.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { durationMs } from './quantities.ts';

const retrain = z
  .strictObject({
    after: z
      .number()
      .int()
      .min(1)
      .default(1)
      .meta({
        description: 'Number of consecutive checks with drift that start retraining',
        examples: [2],
      }),
    cooldown: durationMs.optional().meta({
      description: 'The time after one retraining in which no other is started; default: none',
      examples: ['7d'],
    }),
    workflow: z
      .string()
      .regex(/^[\w.-]+\.ya?ml$/, 'is not the file name of a workflow')
      .default('model-retrain.yml')
      .meta({
        description: 'The workflow in .github/workflows that the bot starts',
        examples: ['model-retrain.yml'],
      }),
    update: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'The command that fetches new data', examples: ['python fetch_data.py'] }),
  })
  .transform(camelCaseKeys);

/** `models.<name>.drift`. */
export const drift = z
  .strictObject({
    current: dataAddress.meta({
      description: 'The current inputs of the model: CSV, Parquet or JSON lines; a path, a glob, s3:// or sql://',
      examples: ['s3://logs/flight-delay/*.jsonl'],
    }),
    window: durationMs.optional().meta({
      description: 'The newest part of current to check, by data.time; default: all of it',
      examples: ['7d'],
    }),
    'false-alarm-rate': z
      .number()
      .gt(0)
      .lt(1)
      .default(0.05)
      .meta({ description: 'The false-alarm rate over all columns together', examples: [0.01] }),
    reference: dataAddress.optional().meta({
      description: 'The data that current is compared with, as they are at registration; default: evaluate.dataset',
      examples: ['data/train/*.parquet'],
    }),
    limits: z
      .enum(['none', 'history'])
      .default('none')
      .meta({
        description:
          'history: an effect must also exceed that of the past windows of the reference; needs data.time and window',
        examples: ['history'],
      }),
    effect: z
      .strictObject({
        ks: z
          .number()
          .min(0)
          .max(1)
          .default(DRIFT_TESTS.ks.defaultFloor)
          .meta({
            description: 'Smallest Kolmogorov-Smirnov statistic of a numeric column that counts as drift',
            examples: [0.15],
          }),
        psi: z
          .number()
          .min(0)
          .default(DRIFT_TESTS.psi.defaultFloor)
          .meta({
            description: 'Smallest population stability index of a categorical column that counts as drift',
            examples: [0.2],
          }),
        missing: z
          .number()
          .min(0)
          .max(1)
          .default(DRIFT_TESTS.missing.defaultFloor)
          .meta({
            description: 'Smallest difference between the shares of missing values that counts as drift',
            examples: [0.1],
          }),
      })
      .prefault({})
      .meta({ description: 'The floors: smaller shifts do not raise an alarm', examples: [{ ks: 0.15 }] }),
    retrain: retrain.optional().meta({
      description: 'When and how drift starts retraining; without it no retraining is started',
      examples: [{ after: 2, cooldown: '7d', update: 'python fetch_data.py' }],
    }),
  })
  .transform(camelCaseKeys);

/** The drift part of a model in tidegate.yaml. */
export type DriftConfig = z.output<typeof drift>;
