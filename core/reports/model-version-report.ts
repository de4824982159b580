import { z } from 'zod';
import { commitSha, digest, header, version } from './header.ts';
import { recordedStagesSchema } from './recorded-stages.ts';
import { tensorSchema } from './tensor.ts';
import { evidenceShape } from './version-evidence.ts';

/** A document of the store: where it is, and what its bytes hash to. */
export const documentReference = z.looseObject({ uri: z.string().max(2000), digest });

/** The container image of a version. */
export const imageSchema = z.looseObject({
  reference: z.string().max(1000),
  repository: z.string().max(500),
  tag: z.string().max(128).optional(),
  digest,
});

/** A registered version: written by register; read by deploy-manifest and drift-check. */
export const modelVersionReportSchema = z.looseObject({
  ...header('model-version'),
  name: z.string(),
  version,
  artifact: z.looseObject({
    uri: z.string().max(2000),
    digest,
    sizeBytes: z.number().int().min(0),
    /** Digest of what an ONNX model computes; absent where that is not known. */
    computation: digest.optional(),
    files: z
      .array(z.looseObject({ path: z.string(), digest, sizeBytes: z.number().int().min(0) }))
      .max(100_000)
      .readonly(),
  }),
  signature: z
    .looseObject({ inputs: z.array(tensorSchema).readonly(), outputs: z.array(tensorSchema).readonly() })
    .nullable(),
  lineage: z.looseObject({
    commit: commitSha,
    inputsDigest: digest.nullable(),
    inputs: z.array(z.looseObject({ path: z.string(), digest })).readonly(),
    params: z.record(z.string(), z.json()),
    runId: z.number().int().nullable(),
  }),
  /** Data on which it was judged; absent in versions that were registered before it was recorded. */
  dataset: evidenceShape.dataset,
  /** Entries of dvc.lock of its stages, whose objects are in the DVC remote; absent without `train.record`. */
  recorded: recordedStagesSchema.optional(),
  run: documentReference.nullable(),
  evaluation: documentReference.nullable(),
  profile: documentReference.nullable(),
  image: imageSchema.optional(),
  /** Documents of before have no evidence in them. */
  metrics: evidenceShape.metrics.optional(),
  comparisons: evidenceShape.comparisons.optional(),
});

/** A registered version. */
export type ModelVersionReport = z.infer<typeof modelVersionReportSchema>;
/** The container image of a version. */
export type ModelImage = z.infer<typeof imageSchema>;
/** A document of the store. */
export type DocumentReference = z.infer<typeof documentReference>;
