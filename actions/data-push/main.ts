import { recordOutputs } from '../../core/adapters/dvc/record-outputs.ts';
import { GitChangedFiles } from '../../core/adapters/git/git-changed-files.ts';
import { keepYoungGenerationSmall } from '../../core/adapters/threads/young-generation.ts';
import { pathFrom } from '../../core/domain/data/repository-path.ts';
import { selectAll, selectTargets, type WantedOutput } from '../../core/domain/data/select-outputs.ts';
import { type DataSummary, renderData } from '../../core/render/data-summary.ts';
import { type PushResult, pushData } from '../../core/usecases/data/push-data.ts';
import type { ActionContext, ActionLog } from '../action-context.ts';
import { namedTargets, requireDvc } from '../find-dvc.ts';
import { readInputs } from '../inputs.ts';
import { readConfig } from '../load-model.ts';
import { formatBytes, logProgress } from '../log-progress.ts';
import { openData, transferJobs } from '../open-data.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';

/** Records changed data and pushes it. */
export async function main(context: ActionContext): Promise<void> {
  keepYoungGenerationSmall();
  const values = readInputs(inputs, context);
  if (values.model !== undefined) {
    await (await import('./push-record.ts')).pushRecord(context, values);
    return;
  }
  await readConfig(context);
  const { project, root, folder, ...data } = await openData(context, { verifyCache: false, jobs: values.jobs });
  requireDvc(data);
  const targets = values.targets ?? [];
  const isAll = targets.length === 0 || (targets.length === 1 && targets[0] === 'all');
  const wanted = isAll
    ? selectAll(project).filter(isSupported(context.log))
    : selectTargets(project, namedTargets({ root, folder, hasDvc: data.hasDvc }, targets), folder);
  const startedAt = performance.now();
  const result = await pushData(
    {
      wanted,
      jobs: transferJobs(project, values.remote, values.jobs),
      remote: values.remote,
    },
    {
      cache: data.cache,
      workspace: data.workspace,
      openRemote: data.openRemote,
      recordOutputs: (file, outputs) => recordOutputs(root, file, outputs),
      progress: logProgress(context.log),
    },
  );
  data.workspace.flush();
  const seconds = (performance.now() - startedAt) / 1000;
  const told = { ...result, absent: result.absent.map((path) => pathFrom(folder, path)) };
  for (const file of result.updatedFiles) context.log.info(`Updated ${pathFrom(folder, file)}: the data had changed`);
  for (const { path, files } of result.kept) {
    context.log.info(
      `${pathFrom(folder, path)}: ${files} recorded files that are not here stay in it, because no pull brought them or no target names them`,
    );
  }
  if (told.absent.length > 0) context.log.info(`Skipped, because not on this machine: ${told.absent.join(', ')}`);
  const git = new GitChangedFiles(root, context.env);
  const changed = ((await git.list(['.dvc', 'dvc.lock'])) ?? result.updatedFiles).map((file) => pathFrom(folder, file));
  outputs.write(context, {
    'files-uploaded': result.filesUploaded,
    'bytes-uploaded': result.bytesUploaded,
    'changed-files': changed.join('\n'),
    'record-receipt': null,
  });
  await context.appendSummary(renderData(summaryOf(told, changed, seconds)));
  const commit = changed.length === 0 ? 'no pointer file changed' : `to commit: ${changed.join(', ')}`;
  const { filesUploaded, bytesUploaded, objectsThere } = result;
  context.log.info(
    `${filesUploaded} objects pushed (${formatBytes(bytesUploaded)}), ${objectsThere} were there; ${commit}`,
  );
}

function summaryOf(result: PushResult, changed: readonly string[], seconds: number): DataSummary {
  const { filesUploaded, bytesUploaded, objectsThere, absent } = result;
  const rate = `${formatBytes(bytesUploaded / Math.max(0.001, seconds))}/s`;
  return {
    model: undefined,
    work: 'pushed',
    counts: [
      ['uploaded', `${filesUploaded} (${formatBytes(bytesUploaded)}${filesUploaded === 0 ? '' : `, ${rate}`})`],
      ['were on the remote', String(objectsThere)],
      ['time', `${seconds.toFixed(1)} s`],
    ],
    digest: null,
    missing: [],
    lists: [
      { title: 'To commit', paths: changed },
      { title: 'Skipped, because not on this machine', paths: absent },
    ],
  };
}

/** Without targets, what cannot be pushed is told and left alone. */
function isSupported(log: ActionLog): (wanted: WantedOutput) => boolean {
  return ({ output }) => {
    if (output.refusal !== undefined) log.info(`Skipped: ${output.refusal.message}`);
    return output.refusal === undefined;
  };
}
