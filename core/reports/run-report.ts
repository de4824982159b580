import { z } from 'zod';
import { digest, finite, header } from './header.ts';
import { recordedStagesSchema } from './recorded-stages.ts';

/** A parameter or setting as its file holds it. */
const jsonValue = z.json();

/** Record of a training: written by train; read by evaluate-and-gate, register and the bot. */
export const runReportSchema = z.looseObject({
  ...header('run'),
  /** Of commands, data, parameters and lock files: what `formatRunInputs` gives. */
  inputsDigest: digest,
  /** Inputs of the action changed stages, command or parameters: the commit alone does not say what ran. */
  overridden: z.boolean().optional(),
  stages: z.array(z.looseObject({ name: z.string(), ran: z.boolean(), seconds: finite.nullable() })).readonly(),
  command: z.string().nullable(),
  params: z.record(z.string(), jsonValue),
  metrics: z.record(z.string(), finite.nullable()),
  inputs: z.array(z.looseObject({ path: z.string(), digest, dvcMd5: z.string().optional() })).readonly(),
  artifact: z.looseObject({ path: z.string(), digest, sizeBytes: z.number().int().min(0) }),
  /** Entries that `train.record` brings back; absent where it is not set, and where nothing of a commit was trained. */
  recorded: recordedStagesSchema.optional(),
  environment: z.looseObject({
    python: z.string().nullish(),
    packages: z.record(z.string(), z.string()).nullish(),
    lockfiles: z.array(z.looseObject({ path: z.string(), digest })).readonly(),
  }),
});

/** Record of a training. */
export type RunReport = z.infer<typeof runReportSchema>;
