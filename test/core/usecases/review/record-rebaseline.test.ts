import { describe, expect, it } from 'vitest';
import { ZipReportArchive } from '../../../../core/adapters/files/zip-report-archive.ts';
import type { CheckRun } from '../../../../core/ports/github/checks.ts';
import type { PullRequest } from '../../../../core/ports/github/pull-requests.ts';
import { readReport } from '../../../../core/reports/read-report.ts';
import { recordRebaseline } from '../../../../core/usecases/review/record-rebaseline.ts';
import { createZip } from '../../../../testkit/zip.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const REPORT = { ...SAMPLE_REPORTS.evaluation, model: 'm' };
const HEAD = 'b'.repeat(40);
const COMMAND = { model: 'm', reason: 'new labels', by: 'mona', comment: 7, pullRequest: 12 };

/** A head whose report was uploaded one second after the epoch. */
async function record(writtenAtMs: number) {
  const zip = createZip([{ name: 'evaluation.json', content: JSON.stringify(REPORT) }]);
  const shown: CheckRun[] = [];
  const pull = { number: 12, headSha: HEAD, state: 'open', merged: false } as PullRequest;
  const outcome = await recordRebaseline(
    { ...COMMAND, writtenAtMs },
    {
      workflows: {
        runsOfHead: async () => [1],
        artifacts: async () => [{ id: 2, name: 'tidegate-m-1-report', sizeBytes: zip.length, createdAtMs: 1000 }],
        download: async () => zip,
      },
      archive: new ZipReportArchive(),
      parser: { readReport: async (kind, bytes) => readReport(kind, bytes, kind) },
      checks: { show: async (check) => void shown.push(check) },
      pullRequests: { get: async () => pull },
    },
  );
  return { outcome, shown };
}

describe('recordRebaseline', () => {
  it('records nothing on a commit that was judged after the comment was written', async () => {
    expect((await record(1000)).outcome).toMatchObject({ kind: 'rebaselined', headSha: HEAD });
    const { outcome, shown } = await record(999);
    expect(outcome).toEqual({ kind: 'rebaseline-without-report', headSha: HEAD });
    expect(shown).toEqual([]);
  });
});
