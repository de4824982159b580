import { keyInStore } from '../domain/registry/store-layout.ts';
import type { CommitHistory } from '../ports/commit-history.ts';
import type { WorkflowRuns } from '../ports/workflow-runs.ts';
import type { KnownVersion, VersionCatalog } from './version-catalog.ts';

/** The workflow that may register versions. */
export const RELEASE_WORKFLOW = '.github/workflows/model-release.yml';

/** What a tag's word is checked against. */
export interface BelievePorts {
  readonly history: CommitHistory;
  readonly runs: WorkflowRuns;
}

/** Where versions come from. */
export interface BelieveContext {
  readonly defaultBranch: { readonly name: string; readonly sha: string };
  /** `register.store`; undefined: nothing is believed. */
  readonly store: string | undefined;
}

/**
 * The newest version that may be promoted. Anyone who may push a tag can write a version's line; it is believed only if
 * its commit is on the default branch, its run is one of the release workflow for that branch and commit, and its
 * artifact lies in the store of tidegate.yaml.
 *
 * @returns Undefined where the newest version is not to be believed, with the reason, or there is none.
 */
export async function newestBelieved(
  catalog: VersionCatalog,
  context: BelieveContext,
  ports: BelievePorts,
): Promise<{ readonly version: KnownVersion | undefined; readonly refused: readonly string[] }> {
  const refused: string[] = [];
  for (const { version } of await catalog.active()) {
    const known = await catalog.find(version);
    const reason = known === undefined ? 'its tag has no line of Tidegate' : await disbelief(known, context, ports);
    if (known !== undefined && reason === undefined) return { version: known, refused };
    refused.push(`v${version}: ${reason}`);
    // Older ones were promoted in their time, or refused then too.
    if (refused.length >= 5) break;
  }
  return { version: undefined, refused };
}

async function disbelief(
  { line, commit, artifactUri }: KnownVersion,
  { defaultBranch, store }: BelieveContext,
  { history, runs }: BelievePorts,
): Promise<string | undefined> {
  if (line === undefined) return 'its tag has no line of Tidegate';
  if (store === undefined || keyInStore(store, artifactUri) === undefined)
    return 'its artifact is not in register.store';
  if (line.runId === null) return 'no workflow run made it';
  const run = await runs.get(line.runId);
  const released =
    run !== undefined &&
    run.path.split('@')[0] === RELEASE_WORKFLOW &&
    run.headSha === commit &&
    run.headBranch === defaultBranch.name &&
    run.event !== 'pull_request';
  if (!released) return `run ${line.runId} is no run of ${RELEASE_WORKFLOW} on its commit`;
  const onBranch = await history.isAncestorOrSame(commit, defaultBranch.sha);
  return onBranch ? undefined : 'its commit is not on the default branch';
}
