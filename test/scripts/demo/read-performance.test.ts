import { describe, expect, it } from 'vitest';
import { renderDriftIssue } from '../../../core/render/drift/drift.ts';
import type { DriftReport } from '../../../core/reports/drift-report.ts';
import { readPerformance } from '../../../scripts/demo/read-performance.ts';
import { driftColumn, driftReport } from '../../../testkit/drift-report.ts';

const metric = (name: string, value: number, [lower, upper]: readonly [number | null, number | null]) => ({
  ...{ name, value, lower, upper, evaluated: 0.7 },
});

/** An issue as drift-check writes it. */
function issueOf(performance: DriftReport['performance']): string {
  const report = driftReport([driftColumn('distance')], performance === undefined ? {} : { performance });
  const data = { verdict: 'drift', consecutive: 1, checkedAt: '2001-05-08T00:00:00.000Z' } as const;
  return renderDriftIssue(report, data).body;
}

describe('readPerformance', () => {
  it('has the metrics of both tables of an issue, with their intervals', () => {
    const realised = { metrics: [metric('roc_auc', 0.72, [0.71, 0.73])], rows: 90, awaiting: 10, repeated: 0 };
    const estimated = [metric('roc_auc', 0.715, [0.705, 0.725]), metric('f1', 0.1, [-0.01, 0.2])];
    const read = readPerformance(issueOf({ rows: 100, estimated, realised }));
    expect([...read.estimated]).toEqual([
      ['roc_auc', { value: 0.715, lower: 0.705, upper: 0.725 }],
      ['f1', { value: 0.1, lower: -0.01, upper: 0.2 }],
    ]);
    expect([...read.realised]).toEqual([['roc_auc', { value: 0.72, lower: 0.71, upper: 0.73 }]]);
  });

  it('has no metric whose interval is not shown, and none of an issue without scores', () => {
    const estimated = [metric('roc_auc', 0.715, [null, null])];
    expect(readPerformance(issueOf({ rows: 100, estimated }))).toEqual({ estimated: new Map(), realised: new Map() });
    expect(readPerformance(issueOf(undefined))).toEqual({ estimated: new Map(), realised: new Map() });
  });
});
