import { describe, expect, it } from 'vitest';
import { renderEvaluationSections } from '../../../../core/render/evaluation/evaluation.ts';
import { renderEvaluationPage } from '../../../../core/render/evaluation/evaluation-page.ts';
import { drawCharts } from '../../../../core/render/evaluation/page-charts.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const report = SAMPLE_REPORTS.evaluation;
const HOSTILE = '"><script>alert(1)</script><img src=https://evil.example/x>';
const hostile = {
  ...report,
  rules: report.rules.map((rule) => ({ ...rule, reason: HOSTILE, slice: { column: HOSTILE, value: HOSTILE } })),
  comparisons: report.comparisons.map((comparison) => ({
    ...comparison,
    metrics: comparison.metrics.map((metric) => ({ ...metric, slice: { column: HOSTILE, value: HOSTILE } })),
  })),
  curves: report.curves && { ...report.curves, classes: [HOSTILE, HOSTILE] },
};

describe('drawCharts', () => {
  it('draws the curves, the slices and the confusion of a report, the same each time', async () => {
    const charts = await drawCharts(report);
    const titles = charts.map(({ title }) => title).join('; ');
    for (const part of ['ROC', 'recall', 'Calibration', 'Confusion', 'Residuals', 'slice', 'Differences']) {
      expect(titles).toContain(part);
    }
    for (const { svg } of charts) expect(svg).toMatch(/^<svg[^>]*>[\s\S]*<\/svg>$/);
  });
});

describe('renderEvaluationPage', () => {
  it('holds everything itself: no script, no address that a browser would fetch', async () => {
    const page = await renderEvaluationPage(report);
    expect(page).not.toMatch(/<script|<link|<iframe|<img|@import|url\((?!#)/i);
    const fetched = page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '').match(/(?:src|href)="(?!#)/g);
    expect(fetched).toBeNull();
    expect(page).toContain("default-src 'none'");
  });

  it('escapes every text of the report, in charts too', async () => {
    const page = await renderEvaluationPage(hostile);
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
  });
});

describe('pictures', () => {
  it('are Mermaid with a table beneath, each', () => {
    const { pictures, baseGate } = renderEvaluationSections(report);
    expect(pictures.match(/```mermaid/g)?.length).toBe(4);
    expect(pictures.match(/\| *-+/g)?.length).toBeGreaterThanOrEqual(4);
    expect(baseGate).toContain('the worse one counts');
  });
});
