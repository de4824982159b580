import { z } from 'zod';
import { DRIFT_EFFECTS } from '../domain/drift/drift-effect-registry.ts';
import { CATEGORICAL_EFFECTS, type DriftEffectName, NUMERIC_EFFECTS } from '../domain/drift/effects/drift-effect.ts';
import { PERFORMANCE_METRICS } from '../domain/drift/performance/performance-metrics.ts';
import { CATEGORICAL_TESTS, NUMERIC_TESTS } from '../domain/drift/tests/drift-test.ts';
import { parseGrouping } from '../domain/policy/grouping.ts';
import { timeWindowProblem } from '../domain/promotion/time-window.ts';
import { LOG_FORMATS } from '../domain/serving-log/log-format.ts';
import { dataAddress } from './addresses.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { durationMs } from './quantities.ts';

/** The workflow that `drift.retrain` starts where it names none. */
export const DEFAULT_RETRAIN_WORKFLOW = 'model-retrain.yml';

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
    schedule: z
      .string()
      .max(100)
      .superRefine((cron, context) => {
        const problem = timeWindowProblem({ cron, timezone: 'UTC' });
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      })
      .optional()
      .meta({
        description:
          'Times at which retraining starts without drift too: a cron expression of five fields in UTC. Where update brings no new data no pull request is opened; default: none',
        examples: ['0 4 * * MON'],
      }),
    workflow: z
      .string()
      .regex(/^[\w.-]+\.ya?ml$/, 'is not the file name of a workflow')
      .default(DEFAULT_RETRAIN_WORKFLOW)
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

function floor(name: DriftEffectName, what: string, example: number, most = Number.POSITIVE_INFINITY) {
  const number = Number.isFinite(most) ? z.number().min(0).max(most) : z.number().min(0);
  return number
    .default(DRIFT_EFFECTS[name].defaultFloor)
    .meta({ description: `Smallest ${what} that counts as drift`, examples: [example] });
}

/** Metrics of a window, as the registered profile has them of the evaluation. */
const PERFORMANCE_NAMES = [...new Set(Object.values(PERFORMANCE_METRICS).flat())];

/** `models.<name>.drift`. */
export const drift = z
  .strictObject({
    current: dataAddress.meta({
      description: 'The current inputs of the model: CSV, Parquet or JSON lines; a path, a glob, s3:// or sql://',
      examples: ['s3://logs/flight-delay/*.jsonl'],
    }),
    format: z
      .enum(LOG_FORMATS)
      .default('table')
      .meta({
        description:
          'What current is: a table, or the log of a server in JSON, one record per line or file: kserve and seldon (CloudEvents, also of KServe storage), sagemaker (data capture), bentoml (monitoring)',
        examples: ['kserve'],
      }),
    predictions: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          'The column of current with the score of the model (two classes: the probability of the second one) or the predicted number; its drift is checked too, and performance is estimated from it',
        examples: ['score'],
      }),
    labels: dataAddress.optional().meta({
      description:
        'Outcomes that came later: a table with the columns evaluate.key and data.label. The performance of the window is computed from the rows that have one; needs predictions',
      examples: ['data/outcomes.csv'],
    }),
    performance: z
      .partialRecord(z.enum(PERFORMANCE_NAMES), z.number().min(0))
      .optional()
      .meta({
        description:
          'The most that a metric of the window may be worse than in the registered evaluation; by the outcomes of labels, else estimated from the scores; needs predictions',
        examples: [{ roc_auc: 0.05 }],
      }),
    window: z
      .union(
        [
          z.enum(['week', 'month']),
          z.strictObject({
            rows: z
              .number()
              .int()
              .min(1)
              .meta({ description: 'The number of the newest rows', examples: [5000] }),
          }),
          durationMs,
        ],
        {
          error: 'is not a window: write a duration such as 7d, week, month, or { rows: 5000 }',
        },
      )
      .optional()
      .meta({
        description:
          'The newest part of current to check, by data.time: a duration, the last whole calendar week or month (UTC), or the newest rows (in the order of the files without data.time); default: all of it',
        examples: ['7d', 'month', { rows: 5000 }],
      }),
    'false-alarm-rate': z
      .number()
      .gt(0)
      .lt(1)
      .default(0.05)
      .meta({ description: 'The false-alarm rate over all columns together', examples: [0.01] }),
    checks: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(1)
      .meta({
        description: 'The number of checks that share the false-alarm rate, such as 365 for a daily check over a year',
        examples: [365],
      }),
    reference: dataAddress.optional().meta({
      description: 'The data that current is compared with, as they are at registration; default: evaluate.dataset',
      examples: ['data/train/*.parquet'],
    }),
    group: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({
        description:
          'The rows of one value are one observation: a column such as the user, day(column) or none; the profile of the reference is made with it too; default: none',
        examples: ['user_id', 'day(date)'],
      }),
    text: z
      .array(z.string().min(1))
      .max(100)
      .optional()
      .meta({
        description:
          'The columns of free text: their length, words and characters are compared, not their values; [] for none. The profile of the reference is made with it; default: columns with at least 100 distinct texts, at least a quarter of all, of four words or more on average',
        examples: [['comment']],
      }),
    times: z
      .array(z.string().min(1))
      .max(100)
      .optional()
      .meta({
        description:
          'The columns of times whose hour of day, day of week and range are compared; [] for none. The profile of the reference is made with it; default: hour and day of all but data.time and data.exclude, and none without data.time',
        examples: [['booked_at']],
      }),
    limits: z
      .enum(['none', 'history'])
      .default('none')
      .meta({
        description:
          'history: an effect must also exceed that of the past windows of the reference; needs data.time and window',
        examples: ['history'],
      }),
    tests: z
      .strictObject({
        numeric: z
          .enum(NUMERIC_TESTS)
          .default('ks')
          .meta({ description: 'The test of numeric columns', examples: ['cramer-von-mises'] }),
        categorical: z
          .enum(CATEGORICAL_TESTS)
          .default('chi-square')
          .meta({ description: 'The test of categorical columns', examples: ['g-test'] }),
      })
      .prefault({})
      .meta({
        description: 'The tests that decide if a shift is more than chance',
        examples: [{ numeric: 'mann-whitney' }],
      }),
    measures: z
      .strictObject({
        numeric: z
          .enum(NUMERIC_EFFECTS)
          .default('ks')
          .meta({ description: 'The size of a shift of numeric columns', examples: ['wasserstein'] }),
        categorical: z
          .enum(CATEGORICAL_EFFECTS)
          .default('psi')
          .meta({ description: 'The size of a shift of categorical columns', examples: ['jensen-shannon'] }),
      })
      .prefault({})
      .meta({ description: 'The measures that effect has floors for', examples: [{ numeric: 'wasserstein' }] }),
    effect: z
      .strictObject({
        ks: floor('ks', 'difference of the distribution functions of a numeric column', 0.15, 1),
        wasserstein: floor(
          'wasserstein',
          'Wasserstein distance of a numeric column, in standard deviations of the reference',
          0.2,
        ),
        psi: floor('psi', 'population stability index', 0.2),
        'jensen-shannon': floor('jensen-shannon', 'Jensen-Shannon distance, with logarithms of base 2', 0.15, 1),
        hellinger: floor('hellinger', 'Hellinger distance', 0.15, 1),
        'total-variation': floor('total-variation', 'total variation', 0.15, 1),
        'cramers-v': floor('cramers-v', "Cramér's V of a categorical column", 0.2, 1),
        missing: floor('missing', 'difference between the shares of missing values', 0.1, 1),
      })
      .prefault({})
      .meta({ description: 'The floors: smaller shifts do not raise an alarm', examples: [{ ks: 0.15 }] }),
    multivariate: z
      .strictObject({
        'max-auc': z
          .number()
          .min(0.5)
          .lt(1)
          .default(0.55)
          .meta({
            description: 'The largest ROC AUC that does not count as drift; chance alone has 0.5',
            examples: [0.6],
          }),
      })
      .transform(camelCaseKeys)
      .optional()
      .meta({
        description:
          'All columns together are compared, by a classifier that tells current rows from those of the reference; the input reference has to name a table. Default: not done',
        examples: [{ 'max-auc': 0.55 }],
      }),
    retrain: retrain.optional().meta({
      description: 'When and how drift starts retraining; without it no retraining is started',
      examples: [{ after: 2, cooldown: '7d', update: 'python fetch_data.py' }],
    }),
  })
  .transform(camelCaseKeys)
  .transform(({ group, ...rest }) => ({ ...rest, grouping: parseGrouping(group ?? 'none', undefined) }));

/** The drift part of a model in tidegate.yaml. */
export type DriftConfig = z.output<typeof drift>;
