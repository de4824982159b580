import { z } from 'zod';
import { digest, finite, header, instant, version } from './header.ts';

const verdict = z.enum(['drift', 'no-drift', 'inconclusive']);
const rows = z.number().int().min(0);
const ratio = finite.min(0).max(1);

const columnSchema = z.looseObject({
  name: z.string(),
  kind: z.enum(['numeric', 'categorical']),
  test: z.string(),
  statistic: finite.nullable(),
  pValue: finite.nullable(),
  adjustedPValue: finite.nullable(),
  effect: z.looseObject({
    name: z.string(),
    value: finite.nullable(),
    floor: finite,
    /** The limit learned from the reference's past windows, where there is one. */
    limit: finite.nullable().optional(),
    /** Lower end of the one-sided 95 % interval of the value; absent in reports of earlier versions. */
    lower: finite.nullable().optional(),
    /** The smallest effect that windows of these sizes can show. */
    visible: finite.nullable().optional(),
  }),
  /** Rows in which a shift of the floor could be seen, where the window has too few; null where no number is enough. */
  rowsToSee: z.number().int().min(1).nullable().optional(),
  /** Shares of rows without a value; absent where the current window has no such column. */
  missing: z.looseObject({ reference: ratio, current: ratio }).optional(),
  /** Shares of the rows of both windows by bin or category; only for columns that drifted, 50 at most. */
  distribution: z
    .array(z.looseObject({ label: z.string().max(100), reference: ratio, current: ratio }))
    .max(40)
    .readonly()
    .optional(),
  verdict,
  reason: z.string(),
});

const performanceSchema = z.looseObject({
  name: z.string().max(40),
  value: finite.nullable(),
  lower: finite.nullable(),
  upper: finite.nullable(),
  /** The value of the registered evaluation; null where it has none. */
  evaluated: finite.nullable(),
  /** Why there is no interval: a clause. */
  reason: z.string().max(500).optional(),
});

/** Shift between the reference and the current data: written by drift-check; read by the bot. */
export const driftReportSchema = z.looseObject({
  ...header('drift'),
  reference: z.looseObject({ path: z.string(), digest, rows, version: version.optional() }),
  current: z.looseObject({
    path: z.string(),
    rows,
    from: instant.nullable(),
    to: instant.nullable(),
    /** Of the log of a server; absent for a table. */
    log: z
      .looseObject({
        requests: rows,
        rows,
        /** Requests without a response, and responses without a request. */
        unanswered: rows,
        orphans: rows,
        /** Records that were there before, word for word. */
        repeated: rows,
        /** Other events, such as feedback. */
        ignored: rows,
        /** Last lines of files that end in the middle of a record. */
        cut: rows,
      })
      .optional(),
  }),
  columns: z.array(columnSchema).max(5_000).readonly(),
  /** Shift of the scores; absent where drift.predictions is not set. */
  predictions: columnSchema.optional(),
  /** All columns together, by a classifier; absent where drift.multivariate is not set. */
  multivariate: columnSchema.optional(),
  /** Absent where drift.predictions is not set, or the scores are not there. */
  performance: z
    .looseObject({
      /** Estimated without labels, by the confidence of the scores; 95 %. Absent where they have none, such as numbers. */
      estimated: z.array(performanceSchema).max(20).readonly().optional(),
      /** Rows of the window with a score. */
      rows,
      /** A sentence: why nothing was computed from the scores. */
      reason: z.string().max(500).optional(),
      /** On the rows whose outcome is known by now; absent without drift.labels. */
      realised: z
        .looseObject({
          metrics: z.array(performanceSchema).max(20).readonly(),
          rows,
          /** Rows without an outcome. */
          awaiting: rows,
          /** Rows with the key of an earlier one. */
          repeated: rows,
          /** Rows with an outcome and without a score; absent: 0. */
          unscored: rows.optional(),
        })
        .optional(),
    })
    .optional(),
  /** Metrics of `drift.performance`; absent where it is not set. They count in the verdict. */
  rules: z
    .array(
      z.looseObject({
        name: z.string().max(40),
        /** Known outcomes, or scores alone. */
        by: z.enum(['labels', 'scores']),
        value: finite.nullable(),
        lower: finite.nullable(),
        upper: finite.nullable(),
        evaluated: finite.nullable(),
        maxDrop: finite.min(0),
        verdict,
        reason: z.string().max(500),
      }),
    )
    .max(20)
    .readonly()
    .optional(),
  /** Of the columns alone. */
  dataset: z.looseObject({
    verdict,
    drifted: z.number().int().min(0),
    tested: z.number().int().min(0),
    falseAlarmRate: finite,
    /** `drift.group`: rows of one value are one observation; absent where each row is one. */
    group: z.string().max(200).optional(),
    /** Checks that share the rate; absent: this one has it alone. */
    checks: z.number().int().min(1).optional(),
  }),
  verdict,
  /** Checks in a row that found drift, this one included; 0 where this one did not. */
  consecutive: z.number().int().min(0).optional(),
});

/** Shift between the reference and the current data. */
export type DriftReport = z.infer<typeof driftReportSchema>;
/** One column of a drift report. */
export type DriftColumn = z.infer<typeof columnSchema>;
