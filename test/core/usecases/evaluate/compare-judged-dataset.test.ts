import { describe, expect, it } from 'vitest';
import { ZipReportArchive } from '../../../../core/adapters/files/zip-report-archive.ts';
import { ServiceError } from '../../../../core/errors.ts';
import type { MergedChange } from '../../../../core/ports/github/pull-requests.ts';
import type { WorkflowArtifact } from '../../../../core/ports/github/workflows.ts';
import { MAX_REPORT_ZIP_BYTES } from '../../../../core/reports/limits.ts';
import { compareJudgedDataset } from '../../../../core/usecases/evaluate/compare-judged-dataset.ts';
import { createZip } from '../../../../testkit/zip.ts';
import { digestOf, SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const REPORT = { ...SAMPLE_REPORTS.evaluation, model: 'm' };
const JUDGED = REPORT.dataset.digest;
const CHANGE: MergedChange = { number: 7, headSha: 'c'.repeat(40) };
const zipOf = (report: object) => createZip([{ name: 'evaluation.json', content: JSON.stringify(report) }]);

interface Upload {
  readonly name: string;
  readonly zip: Uint8Array;
  readonly sizeBytes?: number;
}

/** Runs of the pull request by what they uploaded, newest first. */
function compare(
  runs: readonly (readonly Upload[])[],
  { changes = [CHANGE], digest = JUDGED }: { changes?: readonly MergedChange[]; digest?: string } = {},
) {
  const uploads = runs.flat();
  return compareJudgedDataset(
    { model: 'm', commit: 'a'.repeat(40), digest },
    {
      pullRequests: { mergedBy: async () => changes },
      workflows: {
        runsOfHead: async () => runs.map((_, index) => index),
        artifacts: async (run) =>
          (runs[run] ?? []).map((upload): WorkflowArtifact => {
            const { name, zip, sizeBytes = zip.length } = upload;
            return { id: uploads.indexOf(upload), name, sizeBytes, createdAtMs: 0 };
          }),
        download: async (id) => uploads[id]?.zip ?? Buffer.alloc(0),
      },
      archive: new ZipReportArchive(),
    },
  );
}

const report = (dataset = JUDGED, name = 'tidegate-m-1-report'): Upload => ({
  name,
  zip: zipOf({ ...REPORT, dataset: { ...REPORT.dataset, digest: dataset } }),
});

describe('compareJudgedDataset', () => {
  it('says whether the release judged on what the pull request was judged on', async () => {
    expect(await compare([[report()]])).toEqual({ number: 7, digest: JUDGED, same: true });
    const other = digestOf('e');
    expect(await compare([[report(other)]])).toEqual({ number: 7, digest: other, same: false });
  });

  it('asks the newest run that has a report, and its newest attempt', async () => {
    const [old, middle] = [digestOf('1'), digestOf('2')];
    const attempts = [report(middle, 'tidegate-m-1-report'), report(JUDGED, 'tidegate-m-2-report')];
    expect(await compare([[], attempts, [report(old)]])).toMatchObject({ digest: JUDGED, same: true });
  });

  it.each<{ name: string; runs: readonly (readonly Upload[])[]; changes?: readonly MergedChange[]; reason: string }>([
    {
      name: 'a commit that no pull request brought',
      runs: [[report()]],
      changes: [],
      reason: 'no merged pull request',
    },
    { name: 'a commit of two', runs: [[report()]], changes: [CHANGE, CHANGE], reason: 'several pull requests' },
    { name: 'a pull request without runs', runs: [], reason: 'no run of the pull request has a report' },
    { name: 'a run of another model', runs: [[report(JUDGED, 'tidegate-n-1-report')]], reason: 'has a report' },
    {
      name: 'a report of another model',
      runs: [[{ ...report(), zip: zipOf({ ...REPORT, model: 'n' }) }]],
      reason: 'has a report of this model',
    },
    {
      name: 'a report that is too large',
      runs: [[{ ...report(), sizeBytes: MAX_REPORT_ZIP_BYTES + 1 }]],
      reason: 'has a report',
    },
    { name: 'what is no zip', runs: [[{ ...report(), zip: Buffer.from('no zip') }]], reason: 'cannot be read' },
    {
      name: 'a report that is none',
      runs: [[{ ...report(), zip: zipOf({}) }]],
      reason: 'is not a valid evaluation report',
    },
    { name: 'two artifacts of one name', runs: [[report(), report(digestOf('e'))]], reason: 'two workflow artifacts' },
  ])('never says "the same" of $name, but why it was not compared', async ({ runs, changes, reason }) => {
    const found = await compare(runs, changes === undefined ? {} : { changes });
    expect(found).toMatchObject({ digest: null, same: null, reason: expect.stringContaining(reason) });
  });

  it('stops no release where GitHub does not answer', async () => {
    const found = await compareJudgedDataset(
      { model: 'm', commit: 'a'.repeat(40), digest: JUDGED },
      {
        pullRequests: {
          mergedBy: async () => {
            throw new ServiceError('GITHUB_REFUSED', 'GitHub refused it (HTTP 403)', { fix: 'Ask.', retryable: false });
          },
        },
        workflows: { runsOfHead: async () => [], artifacts: async () => [], download: async () => Buffer.alloc(0) },
        archive: new ZipReportArchive(),
      },
    );
    expect(found).toEqual({ number: null, digest: null, same: null, reason: 'GitHub refused it (HTTP 403)' });
  });
});
