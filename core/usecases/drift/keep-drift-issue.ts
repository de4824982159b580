import { type DriftedColumns, hasWorsened } from '../../domain/drift/worsened.ts';
import type { Issue, Issues } from '../../ports/github/issues.ts';
import { columnsOf, renderDriftIssue, sortedColumns } from '../../render/drift/drift.ts';
import { formatMarker, hasMarker, parseDataBlock } from '../../render/text/marker.ts';
import { type DriftIssueData, driftIssueDataSchema } from '../../reports/drift-issue-data.ts';
import type { DriftReport } from '../../reports/drift-report.ts';

const LABEL = 'tidegate/drift';

/** Repository of the issue. */
export interface KeepingIssues {
  readonly issues: Pick<Issues, 'list' | 'open' | 'update'>;
  /** Our own login. */
  readonly self: string;
}

/** Result for the issue. */
export interface KeptIssue {
  /** null where there is none: nothing drifted, and nothing had. */
  readonly number: number | null;
  /** `unchanged`: it says this already. `stays-closed`: a person closed it, and the drift is not worse. */
  readonly done: 'opened' | 'reopened' | 'updated' | 'unchanged' | 'closed' | 'stays-closed' | 'nothing';
  /** Checks in a row that found drift, this one included; as in the issue where a person closed it. */
  readonly consecutive: number;
}

/** Chosen: with long names some 30 kB of the issue. */
const MAX_LISTED = 100;
const MAX_NAME_CHARACTERS = 60;

/**
 * Keeps the one drift issue of a model current: opened by drift, updated by later checks, closed when the data come
 * back, opened again when they drift again. The same window checked twice counts once, and edits nothing. An issue that a
 * person closed stays closed until the drift is worse, or until the data came back and drift again.
 */
export async function keepDriftIssue(report: DriftReport, { issues, self }: KeepingIssues): Promise<KeptIssue> {
  const found = await findIssue(report.model, { issues, self });
  const parsed = driftIssueDataSchema.safeParse(parseDataBlock(found?.body));
  const before = parsed.success ? parsed.data : undefined;
  const isOpen = found?.isOpen === true;
  const isClosedByPerson = !isOpen && before !== undefined && before.verdict !== 'no-drift';
  const drifted = driftedIn(report);
  const consecutive = countConsecutive(report, isOpen ? before : undefined);
  if (report.verdict !== 'drift' && !isOpen && !(isClosedByPerson && report.verdict === 'no-drift')) {
    return { number: null, done: 'nothing', consecutive };
  }
  if (isClosedByPerson && report.verdict === 'drift' && !hasWorsened(knownColumns(before), drifted)) {
    return { number: found?.number ?? null, done: 'stays-closed', consecutive: before.consecutive };
  }
  const data: DriftIssueData = {
    verdict: report.verdict,
    consecutive,
    checkedAt: report.createdAt,
    ...(report.current.to === null ? {} : { windowTo: report.current.to }),
    drifted: drifted.listed.map((column) => ({ ...column })),
    driftedCount: drifted.count,
  };
  const render = (checkedAt: string) => renderDriftIssue({ ...report, consecutive }, { ...data, checkedAt });
  const text = render(data.checkedAt);
  if (found === undefined) return { number: await issues.open(LABEL, text), done: 'opened', consecutive };
  const state = report.verdict === 'no-drift' ? 'closed' : 'open';
  const isSame = before !== undefined && isSameText(found.body, render(before.checkedAt).body);
  if (isOpen && state === 'open' && isSame) return { number: found.number, done: 'unchanged', consecutive };
  await issues.update(found.number, text, state);
  const changed = isOpen || state === 'closed' ? 'updated' : 'reopened';
  return { number: found.number, done: isOpen && state === 'closed' ? 'closed' : changed, consecutive };
}

/** An open one before a closed one, then the newest. An issue that another person opened is not ours, whatever it says. */
async function findIssue(model: string, { issues, self }: KeepingIssues): Promise<Issue | undefined> {
  const marker = formatMarker('drift', model);
  const own = (await issues.list(LABEL, 'all')).filter(
    ({ author, body }) => author === self && hasMarker(body, marker),
  );
  return own.find((issue) => issue.isOpen) ?? own[0];
}

/** Columns that drifted, the scores among them, and metrics that are worse, by their drop. */
function driftedIn(report: DriftReport): DriftedColumns {
  const metrics = (report.rules ?? []).filter(({ verdict }) => verdict === 'drift');
  const columns = sortedColumns(columnsOf(report)).filter(({ verdict }) => verdict === 'drift');
  const all = [
    ...metrics.map(({ name, value, evaluated }) => ({ name, effect: Math.abs((evaluated ?? 0) - (value ?? 0)) })),
    ...columns.map(({ name, effect }) => ({ name, effect: effect.value ?? 0 })),
  ];
  const listed = all.slice(0, MAX_LISTED).map(({ name, effect }) => ({
    name: [...name].slice(0, MAX_NAME_CHARACTERS).join(''),
    effect,
  }));
  return { listed, count: all.length };
}

function knownColumns({ drifted = [], driftedCount }: DriftIssueData): DriftedColumns {
  return { listed: drifted, count: driftedCount ?? drifted.length };
}

/** GitHub keeps the line endings of the person who edited the text last. */
function isSameText(a: string, b: string): boolean {
  const plain = (text: string) => text.replaceAll('\r\n', '\n').trim();
  return plain(a) === plain(b);
}

function countConsecutive({ verdict, current }: DriftReport, before: DriftIssueData | undefined): number {
  if (verdict === 'no-drift') return 0;
  const known = before?.consecutive ?? 0;
  if (verdict === 'inconclusive') return known;
  const isSameWindow = before !== undefined && current.to !== null && before.windowTo === current.to;
  return isSameWindow ? Math.max(1, known) : known + 1;
}
