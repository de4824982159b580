import { decideKeepCache } from '../../core/domain/data/keep-cache.ts';
import type { ActionContext } from '../action-context.ts';
import type { InputValues } from '../inputs.ts';
import type { OpenData } from '../open-data.ts';
import type { inputs } from './inputs.ts';

/** True if DVC's cache keeps what is fetched; says so in the log, with the reason. */
export function keepsCache(
  { env, log }: ActionContext,
  { project, workspace }: Pick<OpenData, 'project' | 'workspace'>,
  { values, hasActionsCache }: { readonly values: InputValues<typeof inputs>; readonly hasActionsCache: boolean },
): boolean {
  const { isKept, reason } = decideKeepCache(values['keep-cache'] ?? 'auto', {
    hasActionsCache,
    isShared: project.config.get('cache')?.get('dir') !== undefined,
    isSelfHosted: env.RUNNER_ENVIRONMENT === 'self-hosted',
    areCopies: workspace.spare() !== undefined,
    purpose: (values.targets ?? []).length === 0 ? values.for : undefined,
    hasStages: project.stages.length > 0 || project.refusals.length > 0,
  });
  log.info(
    isKept
      ? `Fetched objects are kept in DVC's cache: ${reason}`
      : `Fetched files go straight to the workspace, and are not kept in DVC's cache: ${reason}. A later step that runs dvc needs keep-cache: true`,
  );
  return isKept;
}
