import { describe, expect, it } from 'vitest';
import { MAX_CHARTS } from '../../../../core/render/drift/drift-charts.ts';
import { renderDriftPage } from '../../../../core/render/drift/drift-page.ts';
import { driftColumn, driftReport } from '../../../../testkit/drift-report.ts';

const HOSTILE = '"><script>alert(1)</script><img src=https://evil.example/x>\u202e\u0000';
const cells = (label: string) => [
  { label, reference: 0.75, current: 0.25 },
  { label: 'b', reference: 0.25, current: 0.75 },
];
const drifted = (name: string) => driftColumn(name, { distribution: cells('a') });

describe('renderDriftPage', () => {
  it('has the verdict, a row per column, and a chart per column that drifted', async () => {
    const quiet = driftColumn('steady', { verdict: 'no-drift' });
    const page = await renderDriftPage(driftReport([quiet, drifted('delay'), drifted('city')]));
    expect(page).toContain('<title>flight-delay: drift</title>');
    expect(page.match(/<tr><td>/g)).toHaveLength(3);
    expect(page.indexOf('<td>delay')).toBeLessThan(page.indexOf('<td>steady'));
    const titles = [...page.matchAll(/<figcaption>([^<]*)/g)].map(([, title]) => title);
    expect(titles).toEqual([
      'Shift of each column, as a share of its limit (line)',
      'delay: reference against current',
      'city: reference against current',
    ]);
    expect(page).toContain('12.5 %');
  });

  it('holds everything itself: no script, no address that a browser would fetch', async () => {
    const page = await renderDriftPage(driftReport([drifted('x')]));
    expect(page).not.toMatch(/<script|<link|<iframe|<img|@import|url\((?!#)/i);
    expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '').match(/(?:src|href)="(?!#)/g)).toBeNull();
    expect(page).toContain("default-src 'none'");
  });

  it('escapes every text of the report, in charts too', async () => {
    const column = driftColumn(HOSTILE, { test: HOSTILE, reason: HOSTILE, distribution: cells(HOSTILE) });
    const effect = { ...column.effect, name: HOSTILE };
    const current = { path: HOSTILE, rows: 1, from: null, to: null };
    const page = await renderDriftPage(driftReport([{ ...column, effect }], { model: HOSTILE, current }));
    expect(page).not.toMatch(/<script|<img|\u202e/);
    expect(page).not.toContain('\0');
  });

  it('has an end: 50 charts, and less than 4 MB for 5,000 columns with long names', async () => {
    const columns = Array.from({ length: 5_000 }, (_, at) => ({
      ...drifted(`${at}${'n'.repeat(5_000)}`),
      reason: 'r'.repeat(5_000),
    }));
    const page = await renderDriftPage(driftReport(columns));
    expect(page.match(/<figure>/g)).toHaveLength(MAX_CHARTS);
    expect(page.length).toBeLessThan(4_000_000);
    expect(page).toContain('4,000 more columns are in drift.json');
  });

  it('is a page without columns, and without distributions', async () => {
    expect(await renderDriftPage(driftReport([]))).not.toContain('<figure>');
    expect(await renderDriftPage(driftReport([driftColumn('x')]))).toContain('<figure>');
  });

  it('has the performance with its verdict, and escapes it', async () => {
    const metric = { name: '<b>auc', value: 0.72, lower: 0.7, upper: 0.74, evaluated: 0.8 };
    const rule = { ...metric, by: 'scores' as const, maxDrop: 0.05, verdict: 'drift' as const, reason: '<i>worse' };
    const page = await renderDriftPage(
      driftReport([], { performance: { rows: 9, estimated: [metric], reason: '<u>why' }, rules: [rule] }),
    );
    expect(page).toContain('<h2>Performance</h2>');
    expect(page).toContain('&lt;i&gt;worse');
    for (const tag of ['<b>auc', '<i>worse', '<u>why']) expect(page).not.toContain(tag);
  });
});
