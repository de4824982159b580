import { DvcCache } from '../../core/adapters/dvc/dvc-cache.ts';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import { GitSourceTree } from '../../core/adapters/git/git-source-tree.ts';
import { keepYoungGenerationSmall } from '../../core/adapters/threads/young-generation.ts';
import { recordedDigest } from '../../core/domain/data/dvc-object-key.ts';
import type { PulledFile } from '../../core/domain/data/pulled-files.ts';
import { pathFrom } from '../../core/domain/data/repository-path.ts';
import type { WantedOutput } from '../../core/domain/data/select-outputs.ts';
import { type DataSummary, renderData } from '../../core/render/data-summary.ts';
import { formatDataReport } from '../../core/reports/data-report.ts';
import { ACTION_LIMITS } from '../../core/reports/limits.ts';
import { digestDataset } from '../../core/usecases/data/digest-dataset.ts';
import { type PullRequest, type PullResult, pullData } from '../../core/usecases/data/pull-data.ts';
import type { ActionContext } from '../action-context.ts';
import { type InputValues, readInputs } from '../inputs.ts';
import { formatBytes, logProgress } from '../log-progress.ts';
import { openData, transferJobs } from '../open-data.ts';
import { reportHeader, reportPath, writeReportText } from '../report-files.ts';
import { restoreActionsCache } from './actions-cache.ts';
import { chooseData } from './choose-data.ts';
import { inputs } from './inputs.ts';
import { keepsCache } from './keeps-cache.ts';
import { outputs } from './outputs.ts';

/** Chosen: far above what a report has besides its lists. */
const HEAD_BYTES = 64 * 1024;

/** The outputs of a pull that failed, and what is missing. */
const NOTHING = {
  'dataset-digest': null,
  files: null,
  'files-downloaded': null,
  'bytes-downloaded': null,
  'report-path': null,
};

/** Fetches the data of a model. */
export async function main(context: ActionContext): Promise<void> {
  keepYoungGenerationSmall();
  const values = readInputs(inputs, context);
  const data = await openData(context, {
    verifyCache: values['verify-cache'] === true,
    jobs: values.jobs,
  });
  const { model, slug, wanted } = await chooseData(context, data, values);
  const useCache = values.cache === true && values['check-only'] !== true && values['keep-cache'] !== 'false';
  const cached = { folder: data.cache.folder, isForJudge: values.for === 'judge' };
  const kept = useCache ? await restoreActionsCache(context, wanted, cached) : undefined;
  const cache = kept?.isRestored === true ? new DvcCache(data.cache.folder, { verify: true }) : data.cache;
  const { workspace, openRemote } = data;
  const keepCache =
    values['check-only'] === true || keepsCache(context, data, { values, hasActionsCache: kept?.isOpen === true });
  const startedAt = performance.now();
  try {
    const request = {
      ...pullRequest(values, wanted, transferJobs(data.project, values.remote, values.jobs)),
      keepCache,
    };
    const sources = new GitSourceTree(data.root, context.env);
    const tellMissing = (paths: readonly string[]) =>
      outputs.write(context, { ...NOTHING, missing: paths.map((path) => pathFrom(data.folder, path)).join('\n') });
    const progress = logProgress(context.log);
    const pulled = await pullData(request, { cache, openRemote, workspace, sources, progress, tellMissing });
    const result = seenFrom(data.folder, pulled);
    const digest = request.checkOnly ? null : await digestDataset(result, workspace, new FileArtifactHasher());
    workspace.flush();
    if (result.filesDownloaded > 0) await kept?.save();
    const seconds = (performance.now() - startedAt) / 1000;
    await report(context, { model, slug, result, values, digest, seconds });
  } finally {
    workspace.flush();
  }
}

function pullRequest(
  values: InputValues<typeof inputs>,
  wanted: readonly WantedOutput[],
  jobs: number,
): Omit<PullRequest, 'keepCache'> {
  return {
    wanted,
    jobs,
    allowMissing: values['allow-missing'] === true,
    force: values.force === true,
    checkOnly: values['check-only'] === true,
    remote: values.remote,
    areNamed: values.targets !== undefined,
  };
}

/** A result with the paths that people of the working directory know. */
interface ShownResult extends Omit<PullResult, 'files'> {
  readonly files: Iterable<PulledFile & { readonly name: string }> & { readonly count: number };
}

function seenFrom(folder: string, result: PullResult): ShownResult {
  const { files } = result;
  function* named() {
    for (const file of files) yield { ...file, name: pathFrom(folder, file.path) };
  }
  return {
    ...result,
    missing: result.missing.map((path) => pathFrom(folder, path)),
    files: { count: files.count, [Symbol.iterator]: named },
    // What is remembered of a set of files is the digest with their paths in the project.
    dataset: folder === '' ? result.dataset : undefined,
  };
}

interface Pulled {
  readonly model: string | undefined;
  /** Subject in the report's name. */
  readonly slug: string;
  readonly result: ShownResult;
  readonly values: InputValues<typeof inputs>;
  /** `sha256:<hex>`; null where only the remote was asked. */
  readonly digest: string | null;
  /** From the first question to the last file. */
  readonly seconds: number;
}

async function report(context: ActionContext, pulled: Pulled): Promise<void> {
  const { slug, result, values, digest } = pulled;
  const isChecked = values['check-only'] === true;
  const { files, missing } = result;
  const path = await writeReportText(reportPath(context.env, slug, 'data'), await reportText(context, pulled));
  await context.appendSummary(renderData(summaryOf(pulled)));
  outputs.write(context, {
    'dataset-digest': digest,
    files: files.count,
    'files-downloaded': result.filesDownloaded,
    'bytes-downloaded': result.bytesDownloaded,
    missing: missing.join('\n'),
    'report-path': path,
  });
  const done = isChecked ? 'on the remote' : `in place, ${result.filesDownloaded} objects downloaded`;
  const lack = missing.length === 0 ? '' : `; missing: ${missing.join(', ')}`;
  context.log.info(`${files.count} files ${done} (${formatBytes(result.bytesDownloaded)})${lack}`);
}

async function reportText(context: ActionContext, { slug, result, values, digest }: Pulled): Promise<Iterable<string>> {
  const { missing, files, filesUnchanged, filesDownloaded, bytesDownloaded } = result;
  const head = {
    ...(await reportHeader('data', context, slug)),
    checkOnly: values['check-only'] === true,
    datasetDigest: digest,
    filesUnchanged,
    filesDownloaded,
    bytesDownloaded,
    missingCount: missing.length,
    fileCount: files.count,
  };
  return formatDataReport(head, { missing, files: recorded(files) }, ACTION_LIMITS.maxBytes - HEAD_BYTES);
}

/** As DVC's files have them. */
function* recorded(files: ShownResult['files']): Iterable<{ readonly path: string; readonly md5: string }> {
  for (const { name, md5 } of files) yield { path: name, md5: recordedDigest(md5) };
}

function summaryOf({ model, result, values, digest, seconds }: Pulled): DataSummary {
  const isChecked = values['check-only'] === true;
  const { filesDownloaded, bytesDownloaded, missing } = result;
  const files = ['files', String(result.files.count)] as const;
  const time = ['time', `${seconds.toFixed(1)} s`] as const;
  if (isChecked) return { model, work: 'checked', counts: [files, time], digest, missing };
  const rate = `${formatBytes(bytesDownloaded / Math.max(0.001, seconds))}/s`;
  const counts = [
    files,
    ['were in place', String(result.filesUnchanged)],
    ['objects from the cache', String(result.objectsFromCache)],
    ['downloaded', `${filesDownloaded} (${formatBytes(bytesDownloaded)}${filesDownloaded === 0 ? '' : `, ${rate}`})`],
    time,
  ] as const;
  return { model, work: 'pulled', counts, digest, missing };
}
