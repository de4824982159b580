import type { Problem } from '../../errors.ts';
import { CONFIG_FILE } from '../policy/config-file.ts';

/** The workflow file that may register versions where tidegate.yaml names no other. */
export const DEFAULT_RELEASE_WORKFLOW = 'model-release.yml';

/** The path of a workflow by its file name, as GitHub gives it for runs. */
export function workflowPath(file: string): string {
  return `.github/workflows/${file}`;
}

/** Facts about a workflow run from the runner; undefined if there are none. */
export interface RunPlace {
  /** `GITHUB_REPOSITORY` */
  readonly repository: string | undefined;
  /** `GITHUB_REF` */
  readonly ref: string | undefined;
  /** `GITHUB_WORKFLOW_REF`: `owner/name/.github/workflows/file.yml@refs/heads/main` */
  readonly workflowRef: string | undefined;
  /** `GITHUB_EVENT_NAME` */
  readonly event: string | undefined;
}

/** The one place that versions of a model are registered from. */
export interface ReleasePlace {
  readonly model: string;
  readonly defaultBranch: string;
  /** File name of the workflow. */
  readonly workflow: string;
}

/** Events that a merge or a person with write access starts; others run with code or inputs of strangers. */
export const RELEASE_EVENTS: readonly string[] = ['push', 'workflow_dispatch'];

/**
 * Why a run may not register a version: anyone with write access may run any workflow on a branch of their own.
 *
 * @returns All reasons at once; none for a run of the release workflow on the default branch.
 */
export function releaseProblems(run: RunPlace, { model, defaultBranch, workflow }: ReleasePlace): readonly Problem[] {
  const problems: Problem[] = [];
  if (run.ref !== `refs/heads/${defaultBranch}`) {
    problems.push({
      message: `this run is of ${run.ref ?? 'no ref'}, but versions are registered only from the default branch ${defaultBranch}`,
      fix: `Merge first, or start ${workflow} on ${defaultBranch}.`,
    });
  }
  const path = runWorkflowPath(run);
  if (path !== workflowPath(workflow)) {
    problems.push({
      message: `this run is of ${path ?? 'no workflow of this repository'}, but versions of ${model} are registered only by ${workflowPath(workflow)}`,
      fix: `Register there, or name this workflow in tidegate.yaml: register.workflow: ${path?.split('/').at(-1) ?? 'release.yml'}.`,
      place: { file: CONFIG_FILE },
    });
  }
  if (!RELEASE_EVENTS.includes(run.event ?? '')) {
    problems.push({
      message: `the event ${run.event ?? '(none)'} started this run, but versions are registered only on ${RELEASE_EVENTS.join(' or ')}`,
      fix: `Start ${workflow} by a push to ${defaultBranch} or by hand.`,
    });
  }
  return problems;
}

/** The path of the workflow file of a run in its repository; undefined where it is of another repository, or there is none. */
export function runWorkflowPath({
  repository,
  workflowRef,
}: Pick<RunPlace, 'repository' | 'workflowRef'>): string | undefined {
  if (repository === undefined || workflowRef?.startsWith(`${repository}/`) !== true) return undefined;
  const at = workflowRef.indexOf('@refs/');
  return at < 0 ? undefined : workflowRef.slice(repository.length + 1, at);
}
