import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_METRIC_COLUMNS, renderDriftMetrics } from '../../../../core/render/drift/drift-metrics.ts';
import { findProgram } from '../../../../scripts/system-programs.ts';
import { driftColumn, driftReport } from '../../../../testkit/drift-report.ts';
import { runPromtool } from '../../../../testkit/prometheus.ts';

const PROMTOOL = findProgram('promtool');
const HOSTILE = 'x"} 1\ntidegate_drift_verdict{model="other"} 0\n\\\u0000\u202e';

describe('renderDriftMetrics', () => {
  it('has each statistic of a column, and 1 for its verdict only', async () => {
    const lines = (await renderDriftMetrics(driftReport([driftColumn('delay')], { consecutive: 2 }))).split('\n');
    const of = '{model="flight-delay",column="delay"';
    expect(lines).toEqual(
      expect.arrayContaining([
        `tidegate_drift_effect${of},effect="ks"} 0.25`,
        `tidegate_drift_effect_lower${of},effect="ks"} 0.2`,
        `tidegate_drift_effect_floor${of},effect="ks"} 0.1`,
        `tidegate_drift_adjusted_p_value${of},test="ks_2samp"} 0.0002`,
        `tidegate_drift_column_verdict${of},verdict="drift"} 1`,
        `tidegate_drift_column_verdict${of},verdict="no-drift"} 0`,
        `tidegate_drift_missing_ratio${of},window="current"} 0.125`,
        'tidegate_drift_rows{model="flight-delay",window="current"} 700',
        'tidegate_drift_consecutive_checks{model="flight-delay"} 2',
        `tidegate_drift_checked_timestamp_seconds{model="flight-delay"} ${Date.UTC(2001, 4, 8) / 1000}`,
      ]),
    );
  });

  it('has no sample for a value that is not known, rather than 0', async () => {
    const effect = { name: 'ks', value: null, floor: 0.1 };
    const untested = { statistic: null, pValue: null, adjustedPValue: null, verdict: 'inconclusive' as const };
    const text = await renderDriftMetrics(driftReport([driftColumn('x', { effect, ...untested })]));
    expect(text).not.toMatch(/^tidegate_drift_(?:effect|effect_lower|effect_limit|p_value|adjusted_p_value)\{/m);
    expect(text).toContain('column="x",verdict="inconclusive"} 1');
  });

  it('bounds its series, keeps what drifted, and says how many columns it left out', async () => {
    const quiet = Array.from({ length: MAX_METRIC_COLUMNS }, (_, at) => driftColumn(`q${at}`, { verdict: 'no-drift' }));
    const text = await renderDriftMetrics(driftReport([...quiet, driftColumn('last')]));
    expect(text.match(/^tidegate_drift_effect\{/gm)).toHaveLength(MAX_METRIC_COLUMNS);
    expect(text).toContain('column="last"');
    expect(text).toContain('tidegate_drift_omitted_columns{model="flight-delay"} 1');
  });

  it('keeps columns apart whose names are cut to the same label', async () => {
    const long = 'n'.repeat(200);
    const text = await renderDriftMetrics(driftReport([driftColumn(`${long}a`), driftColumn(`${long}b`)]));
    expect(text.match(/^tidegate_drift_effect\{/gm)).toHaveLength(2);
  });

  describe.skipIf(PROMTOOL === undefined)('by promtool (needs prometheus of Debian)', () => {
    let cwd: string;
    beforeAll(async () => {
      cwd = await mkdtemp(path.join(tmpdir(), 'tidegate-promtool-'));
    });
    afterAll(() => rm(cwd, { recursive: true, force: true }));

    it.each([
      { name: 'a plain report', report: driftReport([driftColumn('delay')]) },
      { name: 'a report without columns and times', report: driftReport([]) },
      { name: 'hostile names', report: driftReport([driftColumn(HOSTILE)], { model: HOSTILE }) },
    ])('has no complaint about $name', async ({ report }) => {
      const input = await renderDriftMetrics(report);
      expect(await runPromtool(PROMTOOL ?? '', ['check', 'metrics'], { cwd, input })).toEqual({
        exitCode: 0,
        text: '',
      });
      // One verdict of one model: no name adds a series.
      expect(input.match(/^tidegate_drift_verdict\{/gm)).toHaveLength(3);
    });
  });

  it('has the performance of the window, and the verdict on it', async () => {
    const metric = { name: 'roc_auc', value: 0.72, lower: 0.7, upper: 0.74, evaluated: 0.8 };
    const rule = { ...metric, by: 'scores' as const, maxDrop: 0.05, verdict: 'drift' as const, reason: 'r' };
    const text = await renderDriftMetrics(
      driftReport([], { performance: { rows: 9, estimated: [metric] }, rules: [rule] }),
    );
    expect(text).toMatch(/tidegate_drift_performance\{model="[^"]+",metric="roc_auc",by="scores"\} 0.72/);
    expect(text).toMatch(/tidegate_drift_performance_evaluated\{[^}]+\} 0.8/);
    expect(text).toMatch(/tidegate_drift_performance_verdict\{[^}]+verdict="drift"\} 1/);
    expect(text).toMatch(/tidegate_drift_performance_verdict\{[^}]+verdict="no-drift"\} 0/);
  });
});
