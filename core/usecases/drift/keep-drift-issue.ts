import type { Issue, Issues } from '../../ports/github/issues.ts';
import { renderDriftIssue } from '../../render/drift/drift.ts';
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
  readonly done: 'opened' | 'reopened' | 'updated' | 'closed' | 'nothing';
  /** Checks in a row that found drift, this one included. */
  readonly consecutive: number;
}

/**
 * Keeps the one drift issue of a model current: opened by drift, updated by later checks, closed when the data come
 * back, opened again when they drift again. The same window checked twice counts once.
 */
export async function keepDriftIssue(report: DriftReport, { issues, self }: KeepingIssues): Promise<KeptIssue> {
  const marker = formatMarker('drift', report.model);
  // An issue that another person opened is not ours, whatever it says.
  const own = (await issues.list(LABEL, 'all')).filter(
    ({ author, body }) => author === self && hasMarker(body, marker),
  );
  const found = own.find((issue) => issue.isOpen) ?? own[0];
  const isOpen = found?.isOpen === true;
  const consecutive = countConsecutive(report, isOpen ? found : undefined);
  if (report.verdict !== 'drift' && !isOpen) return { number: null, done: 'nothing', consecutive };
  const data: DriftIssueData = {
    verdict: report.verdict,
    consecutive,
    checkedAt: report.createdAt,
    ...(report.current.to === null ? {} : { windowTo: report.current.to }),
  };
  const text = renderDriftIssue({ ...report, consecutive }, data);
  if (found === undefined) return { number: await issues.open(LABEL, text), done: 'opened', consecutive };
  const state = report.verdict === 'no-drift' ? 'closed' : 'open';
  await issues.update(found.number, text, state);
  const changed = state === 'closed' ? 'closed' : isOpen ? 'updated' : 'reopened';
  return { number: found.number, done: changed, consecutive };
}

function countConsecutive({ verdict, current }: DriftReport, open: Issue | undefined): number {
  if (verdict === 'no-drift') return 0;
  const before = driftIssueDataSchema.safeParse(parseDataBlock(open?.body));
  const known = before.success ? before.data.consecutive : 0;
  if (verdict === 'inconclusive') return known;
  const isSameWindow = before.success && current.to !== null && before.data.windowTo === current.to;
  return isSameWindow ? Math.max(1, known) : known + 1;
}
