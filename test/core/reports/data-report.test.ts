import { describe, expect, it } from 'vitest';
import { type DataReport, formatDataReport } from '../../../core/reports/data-report.ts';
import { ACTION_LIMITS } from '../../../core/reports/limits.ts';
import { readReport } from '../../../core/reports/read-report.ts';
import { SAMPLE_REPORTS } from './sample-reports.ts';

const { missing, files, ...head } = SAMPLE_REPORTS.data;

function read(
  report: Omit<DataReport, 'missing' | 'files'>,
  lists: Parameters<typeof formatDataReport>[1],
  most: number,
) {
  const bytes = new TextEncoder().encode([...formatDataReport(report, lists, most)].join(''));
  return { bytes: bytes.length, report: readReport('data', bytes, 'data.json') };
}

describe('formatDataReport', () => {
  it('is what readReport reads back', () => {
    expect(read(head, { missing, files }, 1000).report).toEqual(SAMPLE_REPORTS.data);
    expect(read(head, { missing: [], files: [] }, 1000).report).toEqual({ ...head, missing: [], files: [] });
  });

  it.each(['data/part', 'données/"é"'])(
    'is read back, and says how many there are, however many files: %s',
    (folder) => {
      const count = 400_000;
      const all = function* () {
        for (let i = 0; i < count; i++) yield { path: `${folder}/${i}`, md5: 'a'.repeat(32) };
      };
      const counted = { ...head, fileCount: count, missingCount: 2 };
      const most = ACTION_LIMITS.maxBytes - 64 * 1024;
      const { bytes, report } = read(counted, { missing: ['x', 'y'], files: all() }, most);
      expect(bytes).toBeLessThan(ACTION_LIMITS.maxBytes);
      expect(report).toMatchObject({ fileCount: count, missing: ['x', 'y'] });
      expect(report.files.length).toBeGreaterThan(100_000);
      expect(report.files.every(({ path }, at) => path === `${folder}/${at}`)).toBe(true);
    },
  );
});
