import { DvcFileTextEditor } from '../../core/adapters/dvc/dvc-file-text-editor.ts';
import { GitChangedFiles } from '../../core/adapters/git/git-changed-files.ts';
import { keepYoungGenerationSmall } from '../../core/adapters/node/young-generation.ts';
import { selectAll, selectTargets, type WantedOutput } from '../../core/domain/data/select-outputs.ts';
import { pushData } from '../../core/usecases/push-data.ts';
import type { ActionContext, ActionLog } from '../action-context.ts';
import { readInputs } from '../inputs.ts';
import { formatBytes, logProgress } from '../log-progress.ts';
import { openData, transferJobs } from '../open-data.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';

/** Records changed data and pushes it. */
export async function main(context: ActionContext): Promise<void> {
  keepYoungGenerationSmall();
  const values = readInputs(inputs, context);
  const { project, ...data } = await openData(context, { verifyCache: false, jobs: values.jobs });
  const targets = values.targets ?? [];
  const isAll = targets.length === 0 || (targets.length === 1 && targets[0] === 'all');
  const wanted = isAll ? selectAll(project).filter(isSupported(context.log)) : selectTargets(project, targets);
  const result = await pushData(
    {
      outputs: wanted.map(({ output }) => output),
      jobs: transferJobs(project, values.remote, values.jobs),
      remote: values.remote,
    },
    {
      cache: data.cache,
      workspace: data.workspace,
      remotes: data.remotes,
      files: new DvcFileTextEditor(context.workingDirectory),
      progress: logProgress(context.log),
    },
  );
  data.workspace.flush();
  for (const file of result.updatedFiles) context.log.info(`Updated ${file}: the data had changed`);
  if (result.absent.length > 0) context.log.info(`Left alone, not on this machine: ${result.absent.join(', ')}`);
  const git = new GitChangedFiles(context.workingDirectory, context.env);
  const changed = (await git.list(['.dvc', 'dvc.lock'])) ?? result.updatedFiles;
  outputs.write(context, {
    'files-uploaded': result.filesUploaded,
    'bytes-uploaded': result.bytesUploaded,
    'changed-files': changed.join('\n'),
  });
  const commit = changed.length === 0 ? 'no pointer file changed' : `to commit: ${changed.join(', ')}`;
  context.log.info(`${result.filesUploaded} objects pushed (${formatBytes(result.bytesUploaded)}); ${commit}`);
}

/** Without targets, what cannot be pushed is told and left alone. */
function isSupported(log: ActionLog): (wanted: WantedOutput) => boolean {
  return ({ output }) => {
    if (output.refusal !== undefined) log.info(`Left alone: ${output.refusal.message}`);
    return output.refusal === undefined;
  };
}
