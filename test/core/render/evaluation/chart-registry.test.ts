import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVALUATION_CHARTS } from '../../../../core/render/evaluation/chart-registry.ts';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const report = SAMPLE_REPORTS.evaluation;
/** Files in the folder that charts share. */
const SHARED = ['evaluation-chart', 'interval-rows', 'model-curve', 'short-number', 'unit-lines'];

describe('EVALUATION_CHARTS', () => {
  it('has one entry for each file, and each name once', () => {
    const folder = join('core', 'render', 'evaluation', 'charts', '*.ts');
    const files = globSync(folder, { cwd: PROJECT_ROOT }).map((file) => basename(file, '.ts'));
    expect(files.filter((file) => !SHARED.includes(file))).toHaveLength(EVALUATION_CHARTS.length);
    expect(new Set(EVALUATION_CHARTS.map(({ name }) => name)).size).toBe(EVALUATION_CHARTS.length);
  });

  it.each(EVALUATION_CHARTS)('$name is drawn of a report with its data, and left out of one without', (chart) => {
    const { curves: _, ...rest } = report;
    const empty = { ...rest, comparisons: [], rules: [] };
    expect(chart.page(report)?.title).toBeTruthy();
    expect(chart.page(empty)).toBeUndefined();
    expect(chart.comment?.(empty)).toBeUndefined();
    if (chart.comment !== null) expect(chart.comment(report)).toContain('| -:');
  });

  it('draws one model where there is no champion', () => {
    const curves = report.curves && { ...report.curves, champion: null };
    for (const { comment } of EVALUATION_CHARTS)
      expect(comment?.({ ...report, curves }) ?? '').not.toContain('champion');
  });
});
