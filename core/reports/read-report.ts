import type { z } from 'zod';
import { type Problem, UserError } from '../errors.ts';
import { measureJson } from './count-json.ts';
import { dataReportSchema } from './data-report.ts';
import { driftReportSchema } from './drift-report.ts';
import { evaluationReportSchema } from './evaluation-report.ts';
import { ACTION_LIMITS, BOT_LIMITS, MAX_REPORT_DEPTH, type ReportLimits } from './limits.ts';
import { modelVersionReportSchema } from './model-version-report.ts';
import { predictionsReportSchema } from './predictions-report.ts';
import { profileReportSchema } from './profile-report.ts';
import { runReportSchema } from './run-report.ts';

/** The published documents, by kind. */
export const reportSchemas = {
  run: runReportSchema,
  predictions: predictionsReportSchema,
  evaluation: evaluationReportSchema,
  profile: profileReportSchema,
  'model-version': modelVersionReportSchema,
  drift: driftReportSchema,
  data: dataReportSchema,
} as const;

/** A kind of report. */
export type ReportKind = keyof typeof reportSchemas;
/** The report of a kind. */
export type ReportOf<Kind extends ReportKind> = z.infer<(typeof reportSchemas)[Kind]>;

/** Chosen: no one fixes more at once. */
const MAX_PROBLEMS = 20;

const SCHEMA = /^tidegate\.dev\/([a-z-]+)\/v(\d+)$/;

/**
 * Reads a report in the job of an action.
 *
 * @param kind What it must be.
 * @param bytes UTF-8 JSON; unknown fields are kept.
 * @param from Where it came from, for messages.
 * @throws {UserError} REPORT_TOO_LARGE before anything is parsed, for bytes, marks and depth beyond the limits;
 *   REPORT_UNKNOWN_VERSION for another major version, saying which tool wrote it; REPORT_INVALID with every problem
 *   otherwise.
 */
export function readReport<Kind extends ReportKind>(kind: Kind, bytes: Uint8Array, from: string): ReportOf<Kind> {
  return read(kind, { bytes, from, limits: ACTION_LIMITS });
}

/** The same for a report that anyone may have written, in a process that works for others too: the limits are lower. */
export function readUntrustedReport<Kind extends ReportKind>(
  kind: Kind,
  bytes: Uint8Array,
  from: string,
): ReportOf<Kind> {
  return read(kind, { bytes, from, limits: BOT_LIMITS });
}

interface WrittenReport {
  readonly bytes: Uint8Array;
  readonly from: string;
  readonly limits: ReportLimits;
}

function read<Kind extends ReportKind>(kind: Kind, report: WrittenReport): ReportOf<Kind> {
  const { bytes, from } = report;
  assertWithin(report);
  const value = jsonOf(bytes, from);
  checkSchemaField(kind, value, from);
  const parsed = reportSchemas[kind].safeParse(value);
  if (!parsed.success) throw invalid(parsed.error.issues, from);
  // The schema was taken from the same table by the same kind; TypeScript cannot join the two lookups.
  return parsed.data as ReportOf<Kind>;
}

function assertWithin({ bytes, from, limits: { maxBytes, maxMarks } }: WrittenReport): void {
  if (bytes.byteLength > maxBytes) throw tooLarge(`${from}: ${bytes.byteLength} bytes are more than ${maxBytes}`);
  const { marks, depth } = measureJson(bytes);
  if (marks > maxMarks) throw tooLarge(`${from}: ${marks} values and fields are more than ${maxMarks}`);
  if (depth > MAX_REPORT_DEPTH) throw tooLarge(`${from}: is nested deeper than ${MAX_REPORT_DEPTH} levels`);
}

function tooLarge(message: string): UserError {
  return new UserError('REPORT_TOO_LARGE', message, {
    fix: 'Declare fewer slices or metrics in evaluate, or check which program wrote this file.',
  });
}

/**
 * The text of a report: what `readReport` reads back to an equal value.
 *
 * @throws {UserError} REPORT_INVALID where the value is not such a report: NaN, a missing field.
 */
export function formatReport<Kind extends ReportKind>(kind: Kind, report: ReportOf<Kind>): string {
  const parsed = reportSchemas[kind].safeParse(report);
  if (!parsed.success) throw invalid(parsed.error.issues, `${kind} report`);
  return `${JSON.stringify(parsed.data, null, 2)}\n`;
}

function jsonOf(bytes: Uint8Array, from: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UserError('REPORT_INVALID', `${from}: is not JSON`, {
      fix: 'Run the step that writes this report again; it may have been cut off.',
      cause,
    });
  }
}

function checkSchemaField(kind: ReportKind, value: unknown, from: string): void {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  const match = typeof schema === 'string' ? SCHEMA.exec(schema) : null;
  if (match === null || match[1] !== kind) {
    throw new UserError('REPORT_INVALID', `${from}: is not a valid ${kind} report (schema: ${show(schema)})`, {
      fix: `Use the path of a document whose schema is tidegate.dev/${kind}/v1.`,
    });
  }
  if (match[2] === '1') return;
  const writer = toolOf(value);
  throw new UserError(
    'REPORT_UNKNOWN_VERSION',
    `${from}: major version v${match[2]} of ${kind}, written by ${writer}`,
    {
      fix: 'Use the same version of Tidegate for the step that wrote it and the one that reads it.',
    },
  );
}

function toolOf(value: unknown): string {
  const tool = typeof value === 'object' && value !== null && 'tool' in value ? value.tool : undefined;
  const version = typeof tool === 'object' && tool !== null && 'version' in tool ? tool.version : undefined;
  return typeof version === 'string' ? `Tidegate ${version.slice(0, 40)}` : 'an unnamed version';
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : 'missing';
}

/** The first problems, and how many more there are. */
function invalid(issues: readonly z.core.$ZodIssue[], from: string): UserError {
  const shown = issues.slice(0, MAX_PROBLEMS).map((issue) => toProblem(issue, from));
  const rest = issues.length - shown.length;
  const more =
    rest === 0 ? [] : [{ message: `${from}: ${rest} more problems`, fix: 'Write the report again with this version.' }];
  return UserError.ofProblems('REPORT_INVALID', [...shown, ...more]);
}

function toProblem(issue: z.core.$ZodIssue, from: string): Problem {
  const path = issue.path.map(String).join('.');
  return {
    message: `${from}: ${path === '' ? 'the document' : path}: ${issue.message}`,
    fix: 'Write the report again with this version.',
  };
}
