import { mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { unlessAbsent } from '../core/adapters/files/absent.ts';
import { slug } from '../core/domain/model/model-name.ts';
import { UserError } from '../core/errors.ts';
import { commitSha, type ReportSource } from '../core/reports/header.ts';
import { ACTION_LIMITS } from '../core/reports/limits.ts';
import { formatReport, type ReportKind, type ReportOf, readReport } from '../core/reports/read-report.ts';
import type { ActionContext, Environment } from './action-context.ts';
import { readEvent } from './read-event.ts';
import { TOOL_VERSION } from './tool-version.ts';

const pullRequestEvent = z.looseObject({ pull_request: z.looseObject({ head: z.looseObject({ sha: commitSha }) }) });

/** The folder in which the steps of a job leave the reports of a model for each other. */
export function reportFolder(env: Environment, model: string): string {
  return join(env.RUNNER_TEMP ?? tmpdir(), 'tidegate', slug(model));
}

/** Path of a report between steps, by kind. */
export function reportPath(env: Environment, model: string, kind: ReportKind): string {
  return join(reportFolder(env, model), `${kind}.json`);
}

/** The fields that every report begins with. */
export async function reportHeader<Kind extends ReportKind>(kind: Kind, context: ActionContext, model: string) {
  return {
    schema: `tidegate.dev/${kind}/v1` as const,
    createdAt: new Date().toISOString(),
    tool: { name: 'tidegate', version: TOOL_VERSION },
    source: await reportSource(context.env),
    model,
  };
}

/** Source of a run, as the runner's environment and event say. */
export async function reportSource(env: Environment): Promise<ReportSource> {
  return {
    repository: env.GITHUB_REPOSITORY ?? null,
    commit: /^[0-9a-f]{40}$/.test(env.GITHUB_SHA ?? '') ? (env.GITHUB_SHA ?? null) : null,
    headCommit: await pullRequestHead(env),
    ref: env.GITHUB_REF ?? null,
    runId: integer(env.GITHUB_RUN_ID),
    runAttempt: integer(env.GITHUB_RUN_ATTEMPT),
  };
}

/** The head commit of the pull request that started the run: GITHUB_SHA is that of its merge with the base. */
async function pullRequestHead(env: Environment): Promise<string | null> {
  const event = pullRequestEvent.safeParse(await readEvent(env));
  return event.success ? event.data.pull_request.head.sha : null;
}

function integer(value: string | undefined): number | null {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : null;
}

/**
 * Writes a report: a temporary file next to it, then a rename, so that a reader sees all of it or none.
 *
 * @returns The path.
 */
export async function writeReport<Kind extends ReportKind>(
  path: string,
  kind: Kind,
  report: ReportOf<Kind>,
): Promise<string> {
  return writeReportText(path, formatReport(kind, report));
}

/** As {@link writeReport}, for a text that is made elsewhere, perhaps in pieces. */
export async function writeReportText(path: string, text: string | Iterable<string>): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  const file = await open(temporary);
  await file.sync();
  await file.close();
  await rename(temporary, path);
  return path;
}

/**
 * Reads a report that a step before left.
 *
 * @param path Of the input that overrides, or `reportPath`.
 * @throws {UserError} REPORT_NOT_FOUND, or what `readReport` throws.
 */
export async function loadReport<Kind extends ReportKind>(path: string, kind: Kind): Promise<ReportOf<Kind>> {
  const size = (await stat(path).catch(unlessAbsent))?.size;
  if (size === undefined) {
    throw new UserError('REPORT_NOT_FOUND', `there is no ${kind} report at ${path}`, {
      fix: `Run the step that writes it before this step, or set its path (input ${kind === 'profile' ? 'profile-path' : `${kind}-report`}).`,
    });
  }
  const bytes = size > ACTION_LIMITS.maxBytes ? new Uint8Array(ACTION_LIMITS.maxBytes + 1) : await readFile(path);
  return readReport(kind, bytes, path);
}

/** The report, or undefined where there is none. Any other problem is thrown. */
export async function loadOptionalReport<Kind extends ReportKind>(
  path: string,
  kind: Kind,
): Promise<ReportOf<Kind> | undefined> {
  return loadReport(path, kind).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'REPORT_NOT_FOUND') return undefined;
    throw error;
  });
}
