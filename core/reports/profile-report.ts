import { z } from 'zod';
import { DATASET_ORIGINS } from '../domain/data/dataset-origin.ts';
import { TEXT_MEASURES } from '../domain/drift/text/text-measures.ts';
import { TIME_MEASURES } from '../domain/drift/time-measures.ts';
import { digest, finite, header, instant } from './header.ts';

const rows = z.number().int().min(0);

/** Groups of rows that are one observation each, as `drift.group` names them. */
const clusters = z
  .looseObject({
    /** Groups with at least one value, as the number of groups of equal size that vary as much. */
    groups: finite.min(0),
    /** The same of groups with and without values. */
    rowGroups: finite.min(0).optional(),
    /** Rows that tell as much as one independent row, about the values and about whether they are there. */
    values: finite.min(1),
    /** The same of the mean rank of numbers. */
    ranks: finite.min(1).optional(),
    presence: finite.min(1),
  })
  .optional();

/** The column of texts that a column was computed from; absent for a column of the data. */
const text = z
  .looseObject({
    column: z.string(),
    measure: z.enum(TEXT_MEASURES),
    /** Codes of the words that `atLeast` rows of the reference have: four characters of base64 per word. */
    vocabulary: z
      .looseObject({
        words: z
          .string()
          .max(40_000)
          .regex(/^(?:[A-Za-z0-9+/]{4})*$/),
        atLeast: z.number().int().min(1),
      })
      .optional(),
  })
  .optional();

/** The same of a column of times, with the first and last time of the reference. */
const time = z
  .looseObject({ column: z.string(), measure: z.enum(TIME_MEASURES), fromMs: finite, toMs: finite })
  .optional();

/**
 * A numeric column as a mergeable sketch: `quantiles[i]` is the value below which the share i / (k - 1) of the
 * present rows is, k = length; the first is the minimum, the last the maximum.
 */
const numericColumn = z.looseObject({
  name: z.string(),
  kind: z.literal('numeric'),
  rows,
  missing: rows,
  quantiles: z.array(finite).max(20_001).readonly(),
  clusters,
  text,
  time,
});

/** A categorical column as counts, most frequent first. `other` counts the rows of categories that were cut. */
const categoricalColumn = z.looseObject({
  name: z.string(),
  kind: z.literal('categorical'),
  rows,
  missing: rows,
  counts: z
    .array(z.tuple([z.string().max(1000), rows]).readonly())
    .max(10_000)
    .readonly(),
  other: rows,
  clusters,
  text,
  time,
});

/** One column of a profile. */
export const profileColumnSchema = z.discriminatedUnion('kind', [numericColumn, categoricalColumn]);

const share = z.number().min(0).max(1);

/** Scores of the model on the evaluation dataset. */
const predictionsSchema = z.looseObject({
  column: profileColumnSchema,
  /** Of two classes: the share of label 1 by score, never falling; ascending. */
  calibration: z
    .array(z.looseObject({ from: finite, to: finite, rate: share, rows }))
    .max(2_000)
    .readonly()
    .optional(),
  /** A score of at least this is a prediction of label 1. */
  threshold: share.optional(),
  /** Values of the evaluation with which later estimates are compared. */
  evaluated: z.record(z.string().max(40), finite).optional(),
});

/** A summary of a window of data that later windows are compared with. */
export const profileReportSchema = z.looseObject({
  ...header('profile'),
  dataset: z.looseObject({
    path: z.string(),
    digest,
    rows,
    from: instant.nullable(),
    to: instant.nullable(),
    /** True if the code under review had no say in its bytes; absent in reports of earlier versions. */
    trusted: z.boolean().optional(),
    /** Origin of its bytes. */
    origin: z.enum(DATASET_ORIGINS).optional(),
  }),
  columns: z.array(profileColumnSchema).max(5_000).readonly(),
  /** `drift.group` as it was when the profile was made; absent where rows are independent. */
  group: z.string().max(200).optional(),
  /** Absent where scores were not held, and in reports of earlier versions. */
  predictions: predictionsSchema.optional(),
  /** Past windows of the reference, for `limits: history`; oldest first, [from, to). */
  windows: z
    .array(z.looseObject({ from: instant, to: instant, columns: z.array(profileColumnSchema).max(5_000).readonly() }))
    .max(400)
    .readonly()
    .optional(),
});

/** A summary of a window of data. */
export type ProfileReport = z.infer<typeof profileReportSchema>;
/** One column of a profile. */
export type ProfileColumn = z.infer<typeof profileColumnSchema>;
