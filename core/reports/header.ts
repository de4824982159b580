import { z } from 'zod';

/** `sha256:` and 64 hex digits. */
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** A UTC instant in ISO 8601. */
export const instant = z.iso.datetime();
/** 40 hex digits. */
export const commitSha = z.string().regex(/^[0-9a-f]{40}$/);
/** Finite: JSON has no NaN, and no report writes one as text. */
export const finite = z.number();
/** `1.4.0`, without a leading v. */
export const version = z
  .string()
  .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/)
  .max(128);

/** Source of a report; null if there is none (a run outside a workflow). */
export const source = z.looseObject({
  repository: z.string().max(200).nullable(),
  commit: commitSha.nullable(),
  headCommit: commitSha.nullable(),
  ref: z.string().max(1000).nullable(),
  runId: z.number().int().nullable(),
  runAttempt: z.number().int().nullable(),
});

/** Header of every report. */
export function header<Kind extends string>(kind: Kind) {
  return {
    schema: z.literal(`tidegate.dev/${kind}/v1`),
    createdAt: instant,
    tool: z.looseObject({ name: z.string(), version: z.string() }),
    source,
    model: z.string().min(1).max(400),
  };
}

/** Source of a report. */
export type ReportSource = z.infer<typeof source>;
