import { z } from 'zod';
import { DATASET_ORIGINS } from '../domain/data/dataset-origin.ts';
import { digest } from './header.ts';

/** The dataset that a release judged on, against the one that its pull request was judged on. */
const comparedSchema = z.looseObject({
  /** Number of the merged pull request; null where it is not known. */
  number: z.number().int().min(1).nullable(),
  /** Report of the pull request's run; null if unknown. */
  digest: digest.nullable(),
  /** null: not compared, for the reason. */
  same: z.boolean().nullable(),
  reason: z.string().max(500).optional(),
});

/** A person's decision that the dataset is a new baseline: the champion could not be compared with on it. */
export const rebaselineSchema = z.looseObject({
  by: z.string().max(100),
  reason: z.string().max(1100),
  pullRequest: z.number().int().min(1),
});

/** The dataset that a version was judged on, as its tag and its document name it. */
export const judgedDatasetSchema = z.looseObject({
  /** `examples` or `numbers` of a model of `task: custom`; absent for the rows of a dataset. */
  kind: z.enum(['examples', 'numbers']).optional(),
  rows: z.number().int().min(0),
  clusters: z.number().int().min(0).optional(),
  /** `sha256:<hex>`; absent in versions that were registered before it was kept. */
  digest: digest.optional(),
  /** True if the code under review had no say in its bytes. */
  trusted: z.boolean().optional(),
  origin: z.enum(DATASET_ORIGINS).optional(),
  pullRequest: comparedSchema.optional(),
  rebaseline: rebaselineSchema.optional(),
});

/** The dataset that a version was judged on. */
export type JudgedDatasetReport = z.infer<typeof judgedDatasetSchema>;
/** The dataset of a release against that of its pull request. */
export type ComparedDataset = z.infer<typeof comparedSchema>;
