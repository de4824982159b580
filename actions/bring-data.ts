import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isThere, unlessAbsent } from '../core/adapters/files/absent.ts';
import { GitSourceTree } from '../core/adapters/git/git-source-tree.ts';
import { isWithin, pathWithin } from '../core/domain/data/repository-path.ts';
import { selectTargets } from '../core/domain/data/select-outputs.ts';
import { ServiceError, UserError } from '../core/errors.ts';
import { pullData } from '../core/usecases/data/pull-data.ts';
import type { BringData } from '../core/usecases/evaluate/check-champion-data.ts';
import type { ActionContext } from './action-context.ts';
import { logProgress } from './log-progress.ts';
import { openData, transferJobs } from './open-data.ts';

/**
 * Brings data of the repository that a job did not pull because it seldom needs them. What DVC does not track, and what
 * cannot be fetched, stays absent: why is told in the log.
 */
export function dataBringer(context: ActionContext): BringData {
  return async (path) => {
    const place = join(context.workingDirectory, path);
    if (!isThere(place)) {
      try {
        await bring(context, path);
      } catch (error) {
        if (!(error instanceof UserError) && !(error instanceof ServiceError)) throw error;
        context.log.notice(`${path} cannot be fetched: ${error.message}. ${error.fix}`);
      }
    }
    const found = await stat(place).catch(unlessAbsent);
    if (found === undefined) return 'absent';
    return found.isDirectory() ? 'folder' : 'file';
  };
}

async function bring(context: ActionContext, path: string): Promise<void> {
  const { project, cache, workspace, openRemote, root, folder } = await openData(context, { verifyCache: false });
  const wantedPath = pathWithin(folder, path);
  if (wantedPath === undefined) return;
  const isTracked = project.outputs.some(
    ({ path: output }) => isWithin(wantedPath, output) || isWithin(output, wantedPath),
  );
  if (!isTracked) return;
  context.log.info(`Fetching ${path}, which the champion was trained on`);
  const jobs = transferJobs(project, undefined, undefined);
  const wanted = selectTargets(project, [path], folder);
  const request = {
    wanted,
    jobs,
    allowMissing: false,
    force: false,
    keepCache: true,
    checkOnly: false,
    remote: undefined,
    areNamed: false,
  };
  const sources = new GitSourceTree(root, context.env);
  await pullData(request, {
    cache,
    workspace,
    openRemote,
    sources,
    progress: logProgress(context.log),
    tellMissing: () => {},
  });
  workspace.flush();
}
