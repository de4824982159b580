import { z } from 'zod';
import { missingPlaces } from '../domain/train/predict-command.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { durationMs } from './quantities.ts';

const columnName = z.string().min(1);

/** A slice: every value of a column, or bins. */
export const slice = z.union(
  [
    columnName.transform((column) => ({ column })),
    z
      .strictObject({
        column: columnName,
        bins: z
          .array(z.number())
          .min(2)
          .optional()
          .describe('Bin edges in ascending order: each bin is [from, to), the last bin includes its end'),
      })
      .refine(({ bins }) => bins === undefined || bins.every((edge, i) => i === 0 || edge > (bins[i - 1] ?? edge)), {
        error: 'has bins that are not in ascending order',
        path: ['bins'],
      }),
  ],
  { error: 'is neither a column name nor { column, bins }' },
);

const predictions = z.union(
  [
    z
      .string()
      .min(1)
      .transform((path) => ({ path })),
    z.strictObject({
      path: z.string().min(1).optional().describe('Default: evaluate.dataset, if it is a table of the warehouse'),
      score: columnName.optional(),
      prediction: columnName.optional(),
      champion: columnName
        .optional()
        .describe(
          "The column of the champion's scores in a table of the warehouse; {version} becomes its version; of several classes the start of their names",
        ),
    }),
  ],
  { error: 'is neither a path nor { path, score }' },
);

/** Keys of `models.<name>.evaluate` that every task has. */
export const sharedEvaluate = {
  'min-rows': z.number().int().min(1).default(200).describe('Slices with fewer rows are listed but not judged'),
  'champion-stale-after': durationMs.optional(),
  'metrics-file': z
    .string()
    .min(1)
    .optional()
    .describe('A file of numbers that training writes (JSON, YAML or TOML); rules name them file:<key>'),
  'junit-file': z
    .string()
    .min(1)
    .optional()
    .describe('A JUnit file that a test run writes, such as pytest --junitxml; rules name its counts junit:failures'),
  confidence: z.number().gt(0.5).lt(1).default(0.95),
};

/** `models.<name>.evaluate`. */
export const evaluate = z
  .strictObject({
    ...sharedEvaluate,
    dataset: z
      .string()
      .min(1)
      .describe('The evaluation data: CSV, Parquet or JSON lines; files, folders, globs, s3://, sql://'),
    predictions: predictions
      .optional()
      .describe(
        'Scores that the code of the team wrote, one row for each row of the dataset, in its order. Columns: score (two classes: the probability of the second one), score_<class> for each of several, prediction (regression)',
      ),
    predict: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A shell command that scores any model: {artifact} is the model, {dataset} the evaluation data, {predictions} the CSV file to write, with the columns that predictions names',
      ),
    key: columnName
      .optional()
      .describe(
        'The column that identifies rows of a table of the warehouse: it puts them into parts, and joins predictions',
      ),
    weight: columnName.optional(),
    group: columnName
      .optional()
      .describe('Intervals are clustered by this group of rows: a column, day(column) or none; default day(data.time)'),
    classes: z
      .array(z.union([z.string().min(1), z.number(), z.boolean()]))
      .min(2)
      .optional()
      .describe("The label's values in the order of the model's probabilities; default: sorted"),
    output: z
      .string()
      .min(1)
      .optional()
      .describe("The model's output with the scores; default: the one named probabilities, scores or logits"),
    metrics: z.array(z.string().min(1)).min(1).optional(),
    'decision-threshold': z.number().min(0).max(1).default(0.5),
    slices: z.array(slice).default([]),
  })
  .superRefine(({ predict, predictions: written, dataset }, context) => {
    if (predict === undefined) return;
    const refuse = (message: string) => context.addIssue({ code: 'custom', message, path: ['predict'] });
    const missing = missingPlaces(predict).map((place) => `{${place}}`);
    if (missing.length > 0) refuse(`does not name ${missing.join(', ')}`);
    if (written !== undefined) refuse('cannot be set together with predictions, which says that the scores are there');
    if (dataset.startsWith('sql://')) refuse('needs a dataset in files: its command reads one');
  })
  .transform(camelCaseKeys);

/** The evaluation part of a model in tidegate.yaml. */
export type EvaluateConfig = z.output<typeof evaluate>;
/** A declared slice: a value each, or bins. */
export type SliceConfig = EvaluateConfig['slices'][number];
