import { z } from 'zod';
import { RESULT_FORMATS } from '../domain/metrics/check-counts.ts';
import { missingPlaces } from '../domain/train/predict-command.ts';
import { dataAddress, refuseUnreadable } from './addresses.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { durationMs } from './quantities.ts';

const columnName = z.string().min(1);

/** A slice: every value of a column, or bins. */
export const slice = z.union(
  [
    columnName.transform((column) => ({ column })),
    z
      .strictObject({
        column: columnName.meta({ description: 'The column of the slices', examples: ['dep_hour'] }),
        bins: z
          .array(z.number())
          .min(2)
          .optional()
          .meta({
            description:
              'Bin edges in ascending order: each bin is [from, to), the last bin includes its end; default: one slice for each value',
            examples: [[0, 6, 12, 18, 24]],
          }),
      })
      .refine(({ bins }) => bins === undefined || bins.every((edge, i) => i === 0 || edge > (bins[i - 1] ?? edge)), {
        error: 'has bins that are not in ascending order',
        path: ['bins'],
      }),
  ],
  { error: 'is neither a column name nor { column, bins }' },
);

const fairnessColumn = z.strictObject({
  column: columnName.meta({ description: 'The column whose values are the groups', examples: ['sex'] }),
  privileged: z
    .union([z.string().min(1), z.number(), z.boolean()], { error: 'is not a value of a column' })
    .optional()
    .meta({
      description: 'The group that each other group is compared with; default: each group with each other',
      examples: ['male'],
    }),
});

const fairness = z
  .union([fairnessColumn.transform((one) => [one]), z.array(fairnessColumn).min(1)], {
    error: 'is neither { column } nor a list of such columns',
  })
  .refine((columns) => new Set(columns.map(({ column }) => column)).size === columns.length, {
    error: 'names a column twice',
  });

const predictions = z
  .union(
    [
      z
        .string()
        .min(1)
        .transform((path) => ({ path })),
      z.strictObject({
        path: z
          .string()
          .min(1)
          .optional()
          .meta({
            description: 'The table with the predictions; default: evaluate.dataset, if it is a table of the warehouse',
            examples: ['predictions.parquet'],
          }),
        score: columnName.optional().meta({
          description:
            'The column with the score. Two classes: the probability of the second class. Several classes: the start of the names, <score>_<class>. Default: score',
          examples: ['churn_probability'],
        }),
        prediction: columnName.optional().meta({
          description: 'The column with the predicted number of a regression; default: prediction',
          examples: ['predicted_price'],
        }),
        champion: columnName.optional().meta({
          description:
            "The column of the champion's scores in a table of the warehouse; {version} becomes its version; of several classes the start of their names",
          examples: ['v{version}'],
        }),
      }),
    ],
    { error: 'is neither a path nor { path, score }' },
  )
  .superRefine(({ path }, context) => {
    if (path !== undefined) refuseUnreadable(path, context);
  });

/** Keys of `models.<name>.evaluate` that every task has. */
export const sharedEvaluate = {
  'min-rows': z
    .number()
    .int()
    .min(1)
    .default(200)
    .meta({ description: 'Slices with fewer rows are listed but not judged', examples: [500] }),
  'champion-stale-after': durationMs.optional().meta({
    description: 'The age above which the report marks the champion as stale; default: never',
    examples: ['90d'],
  }),
  'metrics-file': z
    .string()
    .min(1)
    .optional()
    .meta({
      description: 'A file of numbers that training writes (JSON, YAML or TOML); rules name them file:<key>',
      examples: ['metrics.json'],
    }),
  'junit-file': z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        'A JUnit file that a test run writes, such as pytest --junitxml; rules name its counts junit:failures',
      examples: ['reports/junit.xml'],
    }),
  results: z
    .array(
      z.strictObject({
        file: z
          .string()
          .min(1)
          .meta({ description: 'The file that the tool writes', examples: ['target/run_results.json'] }),
        format: z
          .enum(RESULT_FORMATS)
          .meta({ description: 'The tool that writes it', examples: ['great-expectations', 'pandera', 'dbt'] }),
      }),
    )
    .min(1)
    .max(5)
    .refine((files) => new Set(files.map(({ file }) => file)).size === files.length, { error: 'names a file twice' })
    .optional()
    .meta({
      description:
        'Files of results of data checks; rules name their counts <format>:failures. Files of one format add up',
      examples: [[{ file: 'target/run_results.json', format: 'dbt' }]],
    }),
  confidence: z
    .number()
    .gt(0.5)
    .lt(1)
    .default(0.95)
    .meta({ description: 'The level of two-sided confidence intervals', examples: [0.99] }),
};

/** `models.<name>.evaluate`. */
export const evaluate = z
  .strictObject({
    ...sharedEvaluate,
    dataset: dataAddress.meta({
      description: 'The evaluation data: CSV, Parquet or JSON lines; files, folders, globs, s3://, sql://',
      examples: ['data/test.parquet'],
    }),
    predictions: predictions.optional().meta({
      description:
        'Scores that the code of the team wrote, one row for each row of the dataset, in its order. Columns: score (two classes: the probability of the second one), score_<class> for each of several, prediction (regression)',
      examples: ['predictions.csv', { path: 'predictions.csv', score: 'churn_probability' }],
    }),
    predict: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          'A shell command that scores any model: {artifact} is the model, {dataset} the evaluation data, {predictions} the CSV file to write. Columns: score (two classes: the probability of the second one), score_<class> for each of several, prediction (regression)',
        examples: ['python predict.py --model {artifact} --data {dataset} --out {predictions}'],
      }),
    deps: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .meta({
        description:
          'Files and folders of code that predict reads, next to the model and the dataset; default: everything that Git tracks. With several models a pull request that changes none of them does not judge this one',
        examples: [['predict.py', 'src']],
      }),
    key: columnName.optional().meta({
      description:
        'The column that identifies rows: of a table of the warehouse it puts them into parts and joins predictions; with folds it says which row a prediction is of',
      examples: ['customer_id'],
    }),
    folds: columnName.optional().meta({
      description:
        'For cross-validation: the column of the table of predictions with the fold that tested the row. Repeated splits need key too',
      examples: ['fold'],
    }),
    weight: columnName
      .optional()
      .meta({ description: 'The column with sample weights; default: each row has weight 1', examples: ['weight'] }),
    group: columnName.optional().meta({
      description:
        'Intervals are clustered by this group of rows: a column, day(column) or none; default: day(data.time), else none',
      examples: ['customer_id', 'day(date)'],
    }),
    classes: z
      .array(z.union([z.string().min(1), z.number(), z.boolean()]))
      .min(2)
      .optional()
      .meta({
        description: "The label's values in the order of the model's probabilities; default: sorted",
        examples: [['benign', 'malignant']],
      }),
    output: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: "The model's output with the scores; default: the one named probabilities, scores or logits",
        examples: ['probabilities'],
      }),
    metrics: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .meta({
        description: 'Metrics to compute in addition to those of the rules; default: the usual ones of the task',
        examples: [['roc_auc', 'log_loss']],
      }),
    scores: z
      .enum(['probability', 'decision'])
      .default('probability')
      .meta({
        description:
          'Meaning of the scores of a classifier. decision: values from 0 to 1 that only order the rows and decide the class, of a model that gives no probabilities, such as LinearSVC; metrics of probabilities are refused',
        examples: ['decision'],
      }),
    'decision-threshold': z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .meta({ description: 'A score of at least this is a prediction of the second class', examples: [0.3] }),
    slices: z
      .array(slice)
      .default([])
      .meta({
        description: 'Parts of the rows that are shown and judged on their own: a column, or a column with bins',
        examples: [['weekday', { column: 'dep_hour', bins: [0, 6, 12, 18, 24] }]],
      }),
    fairness: fairness.optional().meta({
      description:
        'Groups whose rates are compared, for two classes: a column or a list of columns; rules name its measures with fairness and column',
      examples: [{ column: 'sex' }, [{ column: 'sex', privileged: 'male' }, { column: 'region' }]],
    }),
  })
  .refine(({ predict, deps }) => deps === undefined || predict !== undefined, {
    error: 'belongs to predict: without it no code of the team is run to score',
    path: ['deps'],
  })
  .superRefine(({ predict, predictions: written, dataset }, context) => {
    if (predict === undefined) return;
    const refuse = (message: string) => context.addIssue({ code: 'custom', message, path: ['predict'] });
    const missing = missingPlaces(predict).map((place) => `{${place}}`);
    if (missing.length > 0) refuse(`does not name ${missing.join(', ')}`);
    if (written !== undefined) refuse('cannot be set together with predictions, which says that the scores are there');
    if (dataset.startsWith('sql://')) refuse('needs a dataset in files: its command reads one');
  })
  .superRefine(({ folds, predictions: written, dataset }, context) => {
    if (folds === undefined) return;
    const refuse = (message: string) => context.addIssue({ code: 'custom', message, path: ['folds'] });
    if (dataset.startsWith('sql://')) refuse('needs a dataset and predictions in files');
    else if (written?.path === undefined) {
      refuse('names a column of a table of predictions: add predictions, the file that cross-validation writes');
    }
  })
  .transform(camelCaseKeys);

/** The evaluation part of a model in tidegate.yaml. */
export type EvaluateConfig = z.output<typeof evaluate>;
/** A declared slice: a value each, or bins. */
export type SliceConfig = EvaluateConfig['slices'][number];
