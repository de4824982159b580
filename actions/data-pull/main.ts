import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DvcCache } from '../../core/adapters/dvc/dvc-cache.ts';
import { FileArtifactHasher } from '../../core/adapters/node/file-artifact-hasher.ts';
import { recordedDigest } from '../../core/domain/data/object-key.ts';
import type { WantedOutput } from '../../core/domain/data/select-outputs.ts';
import { digestDataset } from '../../core/usecases/digest-dataset.ts';
import { type PullRequest, type PullResult, pullData } from '../../core/usecases/pull-data.ts';
import type { ActionContext } from '../action-context.ts';
import { type InputValues, readInputs } from '../inputs.ts';
import { formatBytes, logProgress } from '../log-progress.ts';
import { openData, transferJobs } from '../open-data.ts';
import { reportFolder } from '../report-files.ts';
import { restoreActionsCache } from './actions-cache.ts';
import { chooseData } from './choose-data.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';

/** Fetches the data of a model. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const data = await openData(context, {
    verifyCache: values['verify-cache'] === true,
    jobs: values.jobs,
  });
  const { model, wanted } = await chooseData(context, data.project, values);
  const useCache = values.cache === true && values['check-only'] !== true;
  const kept = useCache ? await restoreActionsCache(context, wanted, data.cache.folder) : undefined;
  const cache = kept?.isRestored === true ? new DvcCache(data.cache.folder, { verify: true }) : data.cache;
  const { workspace, remotes } = data;
  try {
    const request = pullRequest(values, wanted, transferJobs(data.project, values.remote, values.jobs));
    const result = await pullData(request, { cache, remotes, workspace, progress: logProgress(context.log) });
    const digest = request.checkOnly ? null : await digestDataset(result.files, workspace, new FileArtifactHasher());
    workspace.flush();
    if (result.filesDownloaded > 0) await kept?.save();
    await report(context, { model, result, values, digest });
  } finally {
    workspace.flush();
  }
}

function pullRequest(values: InputValues<typeof inputs>, wanted: readonly WantedOutput[], jobs: number): PullRequest {
  return {
    wanted,
    jobs,
    allowMissing: values['allow-missing'] === true,
    force: values.force === true,
    checkOnly: values['check-only'] === true,
    remote: values.remote,
  };
}

interface Pulled {
  readonly model: string;
  readonly result: PullResult;
  readonly values: InputValues<typeof inputs>;
  /** `sha256:<hex>`; null where only the remote was asked. */
  readonly digest: string | null;
}

async function report(context: ActionContext, { model, result, values, digest }: Pulled): Promise<void> {
  const isChecked = values['check-only'] === true;
  const folder = reportFolder(context.env, model);
  const reportPath = join(folder, 'data.json');
  const files = result.files.map(({ path, md5 }) => ({ path, md5: recordedDigest(md5) }));
  const { missing } = result;
  await mkdir(folder, { recursive: true });
  const document = { schema: 'tidegate.dev/data/v1', model, datasetDigest: digest, files, missing };
  await writeFile(reportPath, `${JSON.stringify(document, null, 2)}\n`);
  outputs.write(context, {
    'dataset-digest': digest,
    files: files.length,
    'files-downloaded': result.filesDownloaded,
    'bytes-downloaded': result.bytesDownloaded,
    missing: missing.join('\n'),
    'report-path': reportPath,
  });
  const done = isChecked ? 'on the remote' : `in place, ${result.filesDownloaded} objects downloaded`;
  const lack = missing.length === 0 ? '' : `; missing: ${missing.join(', ')}`;
  context.log.info(`${files.length} files ${done} (${formatBytes(result.bytesDownloaded)})${lack}`);
}
