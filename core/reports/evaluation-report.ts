import { z } from 'zod';
import { DATASET_ORIGINS } from '../domain/data/dataset-origin.ts';
import { RESULT_KINDS } from '../domain/evaluation/judged-result.ts';
import { FAIRNESS_MEASURE_NAMES } from '../domain/fairness/fairness-measure.ts';
import { writtenValidation } from './data-validation.ts';
import { fairnessSchema } from './fairness-report.ts';
import { digest, finite, header, version } from './header.ts';
import { intervalSchema } from './interval.ts';
import { rebaselineSchema } from './judged-dataset.ts';
import { predictionsTable, SCORED_BY } from './predictions-report.ts';
import { tensorSchema } from './tensor.ts';

const sliceSchema = z.union([
  z.looseObject({ column: z.string(), value: z.union([z.string(), finite, z.boolean(), z.null()]) }),
  z.looseObject({ column: z.string(), from: finite, to: finite }),
]);

const direction = z.enum(['higher-is-better', 'lower-is-better']);

/** A value with its interval; null with a reason where there is none. */
const estimate = {
  value: finite.nullable(),
  interval: intervalSchema.nullable(),
  reason: z.string().optional(),
  /** Ratio of the variance to that of independent rows; where rows are grouped. */
  designEffect: finite.optional(),
};

const metricSchema = z.looseObject({
  name: z.string(),
  direction,
  slice: sliceSchema.optional(),
  rows: z.number().int().min(0),
  ...estimate,
});

const comparedMetricSchema = z.looseObject({
  name: z.string(),
  direction,
  slice: sliceSchema.optional(),
  rows: z.number().int().min(0),
  champion: z.looseObject(estimate),
  /** Candidate minus champion, in the metric's own sign. */
  difference: z.looseObject({ ...estimate, pValue: finite.nullable(), test: z.string().nullable() }),
});

const championSchema = z.looseObject({
  version: version.optional(),
  digest,
  environments: z.array(z.string()).readonly().optional(),
  /** ISO 8601; absent where no registered version says it. */
  registeredAt: z.string().max(40).optional(),
  /** Older than `evaluate.champion-stale-after` when the candidate was judged. */
  stale: z.boolean().optional(),
  /** Source of its scores; absent in reports of earlier versions. */
  scoredBy: z.enum(SCORED_BY).optional(),
});

const marginSchema = z.looseObject({
  kind: z.enum(['absolute', 'relative']),
  value: finite,
  /** Present where the margin is what the data can decide, not one that a person chose. */
  from: z.literal('data').optional(),
});

const resolvedRule = z.looseObject({
  metric: z.string(),
  min: finite.optional(),
  max: finite.optional(),
  maxRegression: marginSchema.optional(),
  minImprovement: marginSchema.optional(),
  slices: z.literal('all').optional(),
  /** Of a fairness rule: the measure, and the column of the groups. */
  fairness: z.enum(FAIRNESS_MEASURE_NAMES).optional(),
  column: z.string().max(1000).optional(),
  whenInconclusive: z.enum(['fail', 'warn']),
  onFail: z.enum(['fail', 'warn']),
});

const ruleResultSchema = z.looseObject({
  rule: resolvedRule,
  /** 0-based index of the rule in tidegate.yaml. */
  index: z.number().int().min(0),
  slice: sliceSchema.optional(),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'not-applicable']),
  reason: z.string(),
  rowsToDecide: z.number().int().nullable().optional(),
  /** Rows that would show it if the two models were truly equal; null beyond a hundred times those at hand. */
  rowsIfEqual: z.number().int().nullable().optional(),
  /** The smallest margin that rows like these can decide between equal models. */
  decidableMargin: finite.optional(),
  /** Line of the rule in tidegate.yaml, from 1. */
  line: z.number().int().min(1).optional(),
});

const curve = z
  .array(z.tuple([finite, finite]).readonly())
  .max(1000)
  .readonly();
const curvesSchema = z.looseObject({
  /** False positive rate and recall. */
  roc: curve.optional(),
  /** Recall and precision. */
  precisionRecall: curve.optional(),
  calibration: z
    .array(
      z.looseObject({
        from: finite,
        to: finite,
        rows: z.number().int().min(0),
        predicted: finite.nullable(),
        observed: finite.nullable(),
      }),
    )
    .max(100)
    .readonly()
    .optional(),
  /** Weights of rows: `[true][decided]`. */
  confusion: z.array(z.array(finite).max(100).readonly()).max(100).readonly().optional(),
  /** By tenths of the predictions: the mean and the middle 80 % of label less prediction. */
  residuals: z
    .array(
      z.looseObject({
        from: finite,
        to: finite,
        rows: z.number().int().min(0),
        mean: finite,
        lower: finite,
        upper: finite,
      }),
    )
    .max(100)
    .readonly()
    .optional(),
});

/** Differences between two trainings. */
export const changesSchema = z.looseObject({
  params: z
    .array(
      z.looseObject({
        name: z.string().max(1000),
        before: z.string().max(1000).nullable(),
        after: z.string().max(1000).nullable(),
      }),
    )
    .max(100)
    .readonly(),
  inputs: z
    .array(z.looseObject({ path: z.string().max(1000), change: z.enum(['added', 'removed', 'changed']) }))
    .max(100)
    .readonly(),
});

/** Times of scoring the given number of rows at once. */
const latencyShape = {
  p50Ms: finite.nullable(),
  p95Ms: finite.nullable(),
  p99Ms: finite.nullable(),
  batchRows: finite,
};

/** The judgement of a candidate: written by evaluate-and-gate; read by register and the bot. */
export const evaluationReportSchema = z.looseObject({
  ...header('evaluation'),
  dataset: z.looseObject({
    /**
     * Of a model of `task: custom`: `examples`, whose digest is of their sorted ids; `numbers` without examples. Absent for the rows
     * of a dataset.
     */
    kind: z.enum(['examples', 'numbers']).optional(),
    path: z.string(),
    digest,
    rows: z.number().int().min(0),
    clusters: z.number().int().min(0).optional(),
    /** Definition of a cluster, such as `day(date)`; absent if rows are treated as independent. */
    clusterBy: z.string().optional(),
    /** Of cross-validation: the column of the predictions with the fold, the number of folds, and that of all predictions. */
    folds: z
      .looseObject({ column: z.string(), count: z.number().int().min(2), predictions: z.number().int().min(2) })
      .optional(),
    /** First and last time of its rows; absent where it has no times. */
    from: z.string().optional(),
    to: z.string().optional(),
    /** True if the code under review had no say in its bytes; absent in reports of earlier versions. */
    trusted: z.boolean().optional(),
    /** Origin of its bytes. */
    origin: z.enum(DATASET_ORIGINS).optional(),
    /** Why the origin is not known: a clause. */
    originNote: z.string().max(500).optional(),
    /** The column of sample weights; absent where all rows weigh the same. */
    weight: z.string().optional(),
    /** Of a table of the warehouse: its engine, and what the digest is of. */
    warehouse: z
      .looseObject({
        dialect: z.string().max(40),
        /** `version`: of the name and the version; `aggregates`: of aggregates of the rows. */
        identity: z.enum(['version', 'aggregates']),
        version: z.string().max(100).optional(),
      })
      .optional(),
    /** Description of how its files were read; absent for tables of a warehouse and in reports of earlier versions. */
    read: z
      .looseObject({
        format: z.enum(['csv', 'parquet', 'jsonl']),
        rows: z.number().int().min(0),
        delimiter: z.string().max(1).optional(),
        encoding: z.string().max(40).optional(),
        /** True if the first line names the columns. */
        header: z.boolean().optional(),
        /** Types of the first 1,000 columns. */
        types: z.record(z.string(), z.string().max(40)),
        /** Texts that represent a missing value, in columns of text and in others. */
        missing: z
          .looseObject({ inText: z.array(z.string()).readonly(), elsewhere: z.array(z.string()).readonly() })
          .optional(),
      })
      .optional(),
  }),
  /** Check of the dataset by the schema that `data.schema` names; absent where there is none. */
  dataValidation: writtenValidation,
  /** Files of results that were judged, by the digest of their bytes; absent where there are none. */
  results: z
    .array(z.looseObject({ kind: z.enum(RESULT_KINDS), path: z.string().max(4000), digest }))
    .max(10)
    .readonly()
    .optional(),
  /** Inputs of a training of this commit, as the judging job computed them from the commit; null if it cannot. */
  inputsDigest: digest.nullable().optional(),
  /** Why it cannot: a clause. */
  inputsReason: z.string().max(1000).optional(),
  /** Source of the scores of the candidate; absent in reports of earlier versions, and for tables of a warehouse. */
  scoredBy: z.enum(SCORED_BY).optional(),
  candidate: z.looseObject({
    digest,
    sizeBytes: z.number().int().min(0).optional(),
    /** Digest of what an ONNX model computes, whatever names its file has; absent where that is not known. */
    computation: digest.optional(),
    /** Its scores, where they were computed before the judge; absent where they are in several files. */
    predictions: predictionsTable.optional(),
  }),
  /** Features that only the candidate takes, and that only the champion takes; absent where that is not known. */
  features: z
    .looseObject({
      added: z.array(z.string().max(1000)).max(5000).readonly(),
      removed: z.array(z.string().max(1000)).max(5000).readonly(),
    })
    .optional(),
  metrics: z.array(metricSchema).max(20_000).readonly(),
  /** Groups of each column of `evaluate.fairness`; absent where there is none. */
  fairness: z.array(fairnessSchema).max(50).readonly().optional(),
  comparisons: z
    .array(
      z.looseObject({
        champion: championSchema,
        metrics: z.array(comparedMetricSchema).readonly(),
        /** Training inputs of the candidate that differ from the champion's; absent if unknown. */
        changes: changesSchema.optional(),
      }),
    )
    .max(50)
    .readonly(),
  rules: z.array(ruleResultSchema).max(20_000).readonly(),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  /** The model is this registered version, byte for byte or in all that it computes, on the data and by the gate that it was judged by: it passes. */
  unchanged: z.looseObject({ version }).optional(),
  /** Present where the pull request changes how the model is judged: the worse of both verdicts is `verdict`. */
  baseGate: z
    .looseObject({
      /** Verdict of the base branch's gate. */
      verdict: z.enum(['pass', 'fail', 'inconclusive']),
      /** Verdict of the pull request's own gate. */
      ownVerdict: z.enum(['pass', 'fail', 'inconclusive']),
      rules: z.array(ruleResultSchema).max(20_000).readonly(),
      /** Why it could not be applied. */
      reason: z.string().optional(),
    })
    .optional(),
  /** Handling of an inconclusive verdict by the gate. */
  whenInconclusive: z.enum(['fail', 'warn']),
  /** Of one row; and of a batch, which reports of earlier versions lack. */
  latency: z.looseObject({ ...latencyShape, batch: z.looseObject(latencyShape).optional() }).nullable(),
  /** Data for the charts. */
  curves: z
    .looseObject({
      /** Names of the classes, in the order of the confusion. */
      classes: z.array(z.string()).max(100).readonly().optional(),
      candidate: curvesSchema,
      champion: curvesSchema.nullable(),
    })
    .optional(),
  /** Signature of the model; null if predictions were judged. */
  signature: z
    .looseObject({ inputs: z.array(tensorSchema).readonly(), outputs: z.array(tensorSchema).readonly() })
    .nullish(),
  /** Why there is no champion, or why it could not be read. */
  championNote: z.string().optional(),
  /** The champion cannot be compared with on this dataset, and a person who may write accepted it as a new baseline. */
  rebaseline: rebaselineSchema.optional(),
  runtime: z.looseObject({ name: z.string(), version: z.string(), provider: z.string() }).optional(),
});

/** The judgement of a candidate. */
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;
/** A two-sided confidence interval. */
export type Interval = z.infer<typeof intervalSchema>;
/** Data for the charts of one model. */
export type ReportedCurves = z.infer<typeof curvesSchema>;
/** One line of the gate, judged. */
export type RuleResult = z.infer<typeof ruleResultSchema>;
/** A metric of the candidate, of all rows or a slice. */
export type MetricResult = z.infer<typeof metricSchema>;
/** A metric of candidate and champion on the same rows. */
export type ComparedMetric = z.infer<typeof comparedMetricSchema>;
/** Rows that share a value or are in a bin; `to` is open except in the last bin. */
export type Slice = z.infer<typeof sliceSchema>;
