import type { DeployedVersion } from '../../domain/manifest/version-value.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { deploymentBranch } from '../../domain/promotion/branch-names.ts';
import type { Branches, BranchHead } from '../../ports/github/branches.ts';
import type { CommitHistory } from '../../ports/github/commit-history.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import { parsePromotionData, renderPromotion } from '../../render/promotion/promotion.ts';
import { formatMarker, hasMarker } from '../../render/text/marker.ts';
import { type KeepingPorts, upsertPullRequest } from '../propose/upsert-pull-request.ts';
import { findRunningVersions } from '../registry/find-running-versions.ts';
import type { KnownVersion, VersionCatalog } from '../registry/version-catalog.ts';
import { type FileEdit, planDeployment } from './deploy-version.ts';
import { deploymentWarnings } from './deployment-warnings.ts';
import { isPlannedCommit } from './planned-commit.ts';

/** A version for an environment's targets, by a pull request. */
export interface ProposedDeployment {
  readonly model: string;
  readonly environment: Environment;
  readonly version: KnownVersion;
}

/** What proposing needs of the repository. */
export interface ProposingPorts extends KeepingPorts {
  readonly catalog: VersionCatalog;
  readonly history: CommitHistory;
  readonly branches: Pick<Branches, 'default' | 'head' | 'commit' | 'treeWith'>;
  readonly pullRequests: Pick<PullRequests, 'ofBranch' | 'open' | 'update' | 'close'>;
}

/** What came of it. */
export interface Proposal {
  readonly edits: readonly FileEdit[];
  /** Undefined where the default branch holds the version, or where it was declined. */
  readonly pullRequest: number | undefined;
  /** For the log: one sentence. */
  readonly outcome: string;
}

/**
 * Opens the one living pull request of a model and environment, or makes the open one say this version. A person's
 * commit on its branch is respected, and one that a person closed unmerged is not opened again for the same version.
 */
export async function proposeDeployment(wanted: ProposedDeployment, ports: ProposingPorts): Promise<Proposal> {
  const { model, environment, version } = wanted;
  const branch = deploymentBranch(model, environment.name);
  const base = await ports.branches.default();
  const edits = await planDeployment(environment, version, (file) => ports.files.read(file, base.sha));
  const known = await ownPullRequests(wanted, ports);
  const open = known.find(({ state }) => state === 'open');
  if (edits.length === 0) return { edits, pullRequest: undefined, outcome: await closeNeedless(open, ports) };
  const declined = open === undefined ? declinedBefore(known, version) : undefined;
  if (declined !== undefined) {
    const outcome = `#${declined} proposed v${version.version} and was closed unmerged: reopen it to ask again`;
    return { edits, pullRequest: undefined, outcome };
  }
  const head = await ports.branches.head(branch);
  if (open !== undefined && head !== undefined && !(await isOurs(head, { wanted, open, baseSha: base.sha }, ports))) {
    return { edits, pullRequest: open.number, outcome: `#${open.number} was changed by a person: not updated` };
  }
  const [running] = await findRunningVersions([environment], ports, base.sha);
  const rendered = renderPromotion({
    model,
    environment: environment.name,
    version,
    replaces: running?.version,
    files: edits.map(({ file }) => file),
    warnings: await deploymentWarnings(environment, edits),
    waiting: [],
    answersCommands: false,
    earlier: known.filter(({ merged }) => merged).map(({ number }) => number),
  });
  const { pullRequest, did } = await upsertPullRequest({ branch, base, edits, ...rendered, open, head }, ports);
  const { number } = pullRequest;
  return {
    edits,
    pullRequest: number,
    outcome: did === 'nothing' ? `#${number} already proposes this` : `${did} #${number}`,
  };
}

/** Whether the branch holds what was planned for it, of this version or of the one that its pull request names. */
async function isOurs(
  head: BranchHead,
  {
    wanted,
    open,
    baseSha,
  }: { readonly wanted: ProposedDeployment; readonly open: PullRequest; readonly baseSha: string },
  ports: ProposingPorts,
): Promise<boolean> {
  const { environment, version } = wanted;
  const planned = (one: DeployedVersion) => isPlannedCommit(head, { environment, version: one, baseSha }, ports);
  if (await planned(version)) return true;
  const named = parsePromotionData(open.body);
  return named?.written !== undefined && planned({ ...named.written, version: named.version });
}

async function ownPullRequests(
  { model, environment }: ProposedDeployment,
  { pullRequests }: ProposingPorts,
): Promise<readonly PullRequest[]> {
  const marker = formatMarker('promotion', model, environment.name);
  const found = await pullRequests.ofBranch(deploymentBranch(model, environment.name));
  return found.filter(({ body, fork }) => !fork && hasMarker(body, marker));
}

function declinedBefore(known: readonly PullRequest[], { version }: KnownVersion): number | undefined {
  const last = known.find(({ body }) => parsePromotionData(body)?.version === version);
  return last === undefined || last.merged ? undefined : last.number;
}

async function closeNeedless(open: PullRequest | undefined, { pullRequests }: ProposingPorts): Promise<string> {
  if (open === undefined) return 'the default branch has it';
  await pullRequests.close(open.number);
  return `closed #${open.number}: the default branch has it`;
}
