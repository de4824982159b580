import { join } from 'node:path';
import { GitSourceTree } from '../core/adapters/git/git-source-tree.ts';
import { isThere } from '../core/adapters/node/absent.ts';
import { isWithin } from '../core/domain/data/repository-path.ts';
import { selectTargets } from '../core/domain/data/select-outputs.ts';
import { ServiceError, UserError } from '../core/errors.ts';
import { pullData } from '../core/usecases/pull-data.ts';
import type { ActionContext } from './action-context.ts';
import { logProgress } from './log-progress.ts';
import { openData, transferJobs } from './open-data.ts';

/**
 * Brings data of the repository that a job did not pull because it seldom needs them. What DVC does not track, and what
 * cannot be fetched, stays absent: that is told in the log, and whoever asked looks whether it is there.
 */
export function dataBringer(context: ActionContext): (path: string) => Promise<void> {
  return async (path) => {
    if (isThere(join(context.workingDirectory, path))) return;
    try {
      await bring(context, path);
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof ServiceError)) throw error;
      context.log.notice(`${path} cannot be fetched: ${error.message}. ${error.fix}`);
    }
  };
}

async function bring(context: ActionContext, path: string): Promise<void> {
  const { project, cache, workspace, remotes } = await openData(context, { verifyCache: false });
  const isTracked = project.outputs.some(({ path: output }) => isWithin(path, output) || isWithin(output, path));
  if (!isTracked) return;
  context.log.info(`Fetching ${path}, which the champion was trained on`);
  const jobs = transferJobs(project, undefined, undefined);
  const wanted = selectTargets(project, [path]);
  const request = { wanted, jobs, allowMissing: false, force: false, checkOnly: false, remote: undefined };
  const sources = new GitSourceTree(context.workingDirectory, context.env);
  await pullData(request, { cache, workspace, remotes, sources, progress: logProgress(context.log) });
  workspace.flush();
}
