import { newestAttemptsFirst } from '../../domain/model/workflow-artifact.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { PullRequests } from '../../ports/github/pull-requests.ts';
import type { Workflows } from '../../ports/github/workflows.ts';
import type { ReportArchive } from '../../ports/store/report-archive.ts';
import type { ComparedDataset } from '../../reports/judged-dataset.ts';
import { MAX_REPORT_ZIP_BYTES } from '../../reports/limits.ts';
import { readReport } from '../../reports/read-report.ts';

/** Data on which a release judged. */
export interface JudgedRelease {
  readonly model: string;
  readonly commit: string;
  /** `sha256:<hex>` of its dataset. */
  readonly digest: string;
}

/** Dependencies of comparing. */
export interface ComparisonPorts {
  readonly pullRequests: Pick<PullRequests, 'mergedBy'>;
  readonly workflows: Pick<Workflows, 'runsOfHead' | 'artifacts' | 'download'>;
  readonly archive: ReportArchive;
}

/**
 * Compares the dataset of a release with the one that the merged pull request was judged on: DVC's pointers are MD5, and two
 * files of one MD5 can be made, so that reviewers may have looked at other data. What cannot be found is "not compared".
 */
export async function compareJudgedDataset(release: JudgedRelease, ports: ComparisonPorts): Promise<ComparedDataset> {
  try {
    return await compare(release, ports);
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof ServiceError)) throw error;
    return notCompared(error.message.slice(0, 300));
  }
}

async function compare(release: JudgedRelease, ports: ComparisonPorts): Promise<ComparedDataset> {
  const [change, ...more] = await ports.pullRequests.mergedBy(release.commit);
  if (change === undefined) return notCompared('no merged pull request has this commit');
  if (more.length > 0) return notCompared('several pull requests have this commit');
  for (const run of await ports.workflows.runsOfHead(change.headSha)) {
    const digest = await datasetOf(run, release.model, ports);
    if (digest === undefined) continue;
    return { number: change.number, digest, same: digest === release.digest };
  }
  return { ...notCompared('no run of the pull request has a report of this model'), number: change.number };
}

/** Dataset of the newest report of a run. The report comes from the pull request's own code. */
async function datasetOf(
  runId: number,
  model: string,
  { workflows, archive }: ComparisonPorts,
): Promise<string | undefined> {
  const [newest] = newestAttemptsFirst({ kind: 'report', model }, await workflows.artifacts(runId));
  if (newest === undefined || newest.artifact.sizeBytes > MAX_REPORT_ZIP_BYTES) return undefined;
  const files = await archive.read(() => workflows.download(newest.artifact.id), ['evaluation.json']);
  const bytes = files.get('evaluation.json');
  if (bytes === undefined) return undefined;
  const report = readReport('evaluation', bytes, `evaluation.json of run ${runId}`);
  return report.model === model ? report.dataset.digest : undefined;
}

function notCompared(reason: string): ComparedDataset {
  return { number: null, digest: null, same: null, reason };
}
