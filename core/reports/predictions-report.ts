import { z } from 'zod';
import { commitSha, digest, header, version } from './header.ts';

/** Sources of a model's scores: the judge runs it, or they were computed before. */
export const SCORED_BY = ['onnx', 'mlflow', 'command', 'predictions'] as const;

/** A table of predictions of a model: its name in the folder of predictions, and its bytes. */
export const predictionsTable = z.looseObject({
  file: z
    .string()
    .regex(/^[\w-]+\.(?:csv|tsv|parquet|jsonl|ndjson)(?:\.(?:gz|zst))?$/)
    .max(100),
  digest,
  sizeBytes: z.number().int().min(0),
});

const scoredModel = {
  /** Of the model's bytes. */
  digest,
  command: z.string().max(10_000),
};

/** Predictions of candidate and champion: written by train, next to the team's code; read by evaluate-and-gate. */
export const predictionsReportSchema = z.looseObject({
  ...header('predictions'),
  dataset: z.looseObject({ path: z.string(), digest }),
  scoredBy: z.enum(SCORED_BY),
  candidate: z.looseObject({ ...scoredModel, predictions: predictionsTable }),
  /** Absent where there is none, or where its predictions for this dataset are in the store. */
  champion: z
    .looseObject({
      ...scoredModel,
      version: version.optional(),
      /** Whose code ran; absent where no commit is known, and the code under review ran. */
      commit: commitSha.optional(),
      /** `present`: the packages of this job; `own`: those that the lock file of its commit names. */
      environment: z.enum(['present', 'own']).optional(),
      predictions: predictionsTable.optional(),
      /** Why there are no predictions: a clause. */
      problem: z.string().max(4000).optional(),
    })
    .optional(),
});

/** Predictions of candidate and champion. */
export type PredictionsReport = z.infer<typeof predictionsReportSchema>;
/** A table of predictions in a folder of them. */
export type PredictionsTable = z.infer<typeof predictionsTable>;
/** Source of a model's scores. */
export type ScoredBy = (typeof SCORED_BY)[number];
