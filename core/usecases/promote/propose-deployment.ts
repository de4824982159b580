import type { DeployedVersion } from '../../domain/manifest/version-value.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { deploymentBranch } from '../../domain/promotion/branch-names.ts';
import type { DeploymentOutcome } from '../../domain/promotion/deployment-outcome.ts';
import type { BranchHead, Commits } from '../../ports/github/commits.ts';
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

/** Ports of the repository that a proposal uses. */
export interface ProposingPorts extends KeepingPorts {
  readonly catalog: VersionCatalog;
  readonly commits: Pick<Commits, 'default' | 'head' | 'commit' | 'treeWith' | 'isAncestorOrSame' | 'read'>;
  readonly pullRequests: Pick<PullRequests, 'ofBranch' | 'open' | 'update' | 'close'>;
}

/** Action that was taken. */
export interface Proposal {
  readonly edits: readonly FileEdit[];
  readonly outcome: DeploymentOutcome;
}

/**
 * Opens the one living pull request of a model and environment, or makes the open one say this version. A person's
 * commit on its branch is respected, and one that a person closed unmerged is not opened again for the same version.
 */
export async function proposeDeployment(wanted: ProposedDeployment, ports: ProposingPorts): Promise<Proposal> {
  const { model, environment, version } = wanted;
  const branch = deploymentBranch(model, environment.name);
  const base = await ports.commits.default();
  const edits = await planDeployment(environment, version, (file) => ports.commits.read(file, base.sha));
  const known = await ownPullRequests(wanted, ports);
  const open = known.find(({ state }) => state === 'open');
  if (edits.length === 0) return { edits, outcome: await closeNeedless(open, ports) };
  const declined = open === undefined ? declinedBefore(known, version) : undefined;
  if (declined !== undefined) {
    return { edits, outcome: { kind: 'declined-before', number: declined, version: version.version } };
  }
  const head = await ports.commits.head(branch);
  if (open !== undefined && head !== undefined && !(await isOurs(head, { wanted, open, baseSha: base.sha }, ports))) {
    return { edits, outcome: { kind: 'changed-by-person', number: open.number } };
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
  return { edits, outcome: { kind: did === 'nothing' ? 'up-to-date' : did, number: pullRequest.number } };
}

/** True if the branch holds what was planned for it, of this version or of the one that its pull request names. */
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

/** The next run may have another token, so that the author does not count: its branch's tree does, before it is changed. */
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

async function closeNeedless(
  open: PullRequest | undefined,
  { pullRequests }: ProposingPorts,
): Promise<DeploymentOutcome> {
  if (open !== undefined) await pullRequests.close(open.number);
  return { kind: 'already-there', closed: open?.number };
}
