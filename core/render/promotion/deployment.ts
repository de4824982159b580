import type { DeploymentOutcome } from '../../domain/promotion/deployment-outcome.ts';
import { type TextEdit, unifiedDiff } from '../../domain/text/unified-diff.ts';
import { fencedCode } from '../text/fenced-code.ts';

/** Content of deploy-manifest's summary. */
export interface RenderedDeployment {
  readonly model: string;
  readonly environment: string;
  readonly version: { readonly version: string };
  readonly edits: readonly TextEdit[];
  /** The one that has the edits. */
  readonly pullRequest?: number | undefined;
}

/** The message of the commit that sets a version in an environment. */
export function renderDeploymentCommit({
  model,
  environment,
  version,
}: {
  readonly model: string;
  readonly environment: string;
  readonly version: { readonly version: string; readonly artifactDigest: string };
}): string {
  const trailers = [
    `Tidegate-Model: ${model}`,
    `Tidegate-Version: ${version.version}`,
    `Tidegate-Environment: ${environment}`,
    `Tidegate-Digest: ${version.artifactDigest}`,
  ];
  return `Promote ${model} v${version.version} to ${environment}\n\n${trailers.join('\n')}\n`;
}

/** The step summary of deploy-manifest: what runs where, and the difference. */
export function renderDeployment({ model, environment, version, edits, pullRequest }: RenderedDeployment): string {
  const title = `### Tidegate · ${model} · v${version.version} in ${environment}\n\n`;
  if (edits.length === 0) return `${title}The manifests already have this version: nothing to change.\n`;
  const proposed = pullRequest === undefined ? '' : `Proposed in #${pullRequest}.\n\n`;
  return `${title}${proposed}${fencedCode(edits.map(unifiedDiff).join(''), 'diff')}\n`;
}

/** One line of plain text about a deployment, for the log. */
export function describeDeployment(outcome: DeploymentOutcome): string {
  switch (outcome.kind) {
    case 'wrote':
      return 'wrote';
    case 'committed':
      return `committed ${outcome.commit ?? ''} to ${outcome.branch}`;
    case 'already-there':
      return `${outcome.closed === undefined ? '' : `closed #${outcome.closed}: `}the default branch has it`;
    case 'declined-before':
      return `#${outcome.number} proposed v${outcome.version} and was closed unmerged: reopen it to ask again`;
    case 'changed-by-person':
      return `#${outcome.number} was changed by a person: not updated`;
    case 'up-to-date':
      return `#${outcome.number} already proposes this`;
    default:
      return `${outcome.kind} #${outcome.number}`;
  }
}
