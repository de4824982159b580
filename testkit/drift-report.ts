import type { DriftColumn, DriftReport } from '../core/reports/drift-report.ts';

/** A column of a drift report. */
export function driftColumn(name: string, about: Partial<DriftColumn> = {}): DriftColumn {
  const effect = { name: 'ks', value: 0.25, lower: 0.2, floor: 0.1, limit: null, visible: 0.05 };
  return {
    ...{ name, kind: 'numeric', test: 'ks_2samp', statistic: 0.25, pValue: 0.0001, adjustedPValue: 0.0002, effect },
    missing: { reference: 0, current: 0.125 },
    ...{ verdict: 'drift', reason: 'The distribution shifted.' },
    ...about,
  };
}

/** A drift report of columns. */
export function driftReport(columns: readonly DriftColumn[], about: Partial<DriftReport> = {}): DriftReport {
  const drifted = columns.filter(({ verdict }) => verdict === 'drift').length;
  const verdict = drifted > 0 ? 'drift' : 'no-drift';
  return {
    schema: 'tidegate.dev/drift/v1',
    createdAt: '2001-05-08T00:00:00.000Z',
    tool: { name: 'tidegate', version: '0.1.0' },
    source: { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null },
    model: 'flight-delay',
    reference: { path: 'reference.csv', digest: `sha256:${'0'.repeat(64)}`, rows: 4000 },
    current: { path: 'now.csv', rows: 700, from: '2001-05-01T00:00:00.000Z', to: '2001-05-07T23:00:00.000Z' },
    columns,
    dataset: { verdict, drifted, tested: columns.length, falseAlarmRate: 0.05 },
    verdict,
    ...about,
  };
}
