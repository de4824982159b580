import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { JudgedDatasetReport } from '../../reports/judged-dataset.ts';

/** Origin of the dataset as a report states it. */
export type ShownOrigin = Pick<EvaluationReport['dataset'], 'origin' | 'originNote' | 'kind'>;

/** Note for a dataset that the code under review may have influenced. */
const DOUBTS: Readonly<Partial<Record<NonNullable<ShownOrigin['origin']>, string>>> = {
  made: 'The dataset was made by the code under review: neither Git nor a DVC pointer of the commit names its digest.',
  unknown: 'The dataset was not compared with the commit',
};

const WORDS: Readonly<Record<NonNullable<ShownOrigin['origin']>, string>> = {
  commit: 'as in the commit',
  fetched: 'fetched by the judging job; the commit names no digest',
  made: 'made by the code under review',
  unknown: 'not compared with the commit',
};

/** Note for numbers and values per example, which the judge does not compute again. */
const AS_WRITTEN = 'These numbers are as the code under review wrote them: the judge runs no model.';

/** Origin of a dataset, in a few words; '' for a report of an earlier version, which does not say. */
export function originWords({ origin, kind }: ShownOrigin): string {
  if (kind !== undefined) return 'as the code under review wrote them';
  return origin === undefined ? '' : WORDS[origin];
}

/** Note to readers before the numbers, not escaped; '' where the commit, or the judging job, answers for the dataset. */
export function originDoubt({ origin, originNote, kind }: ShownOrigin): string {
  if (kind !== undefined) return AS_WRITTEN;
  const doubt = origin === undefined ? undefined : DOUBTS[origin];
  if (doubt === undefined || origin !== 'unknown') return doubt ?? '';
  return originNote === undefined ? `${doubt}.` : `${doubt}: ${originNote}.`;
}

/** The dataset of a release against that of its pull request, in a clause; '' where nothing says it. Not escaped. */
export function comparedWords({ pullRequest }: Pick<JudgedDatasetReport, 'pullRequest'>): string {
  if (pullRequest === undefined) return '';
  const { number, digest, same, reason } = pullRequest;
  if (same === null || number === null) return `not compared: ${reason ?? 'without a reason'}`;
  return same
    ? `the same as the run of pull request ${number} reported`
    : `⚠️ different from the dataset that the run of pull request ${number} reported: ${digest ?? 'unknown'}`;
}
