import type { EnvironmentConfig } from '../config/environment-config.ts';
import type { TidegateConfig } from '../config/tidegate-config.ts';
import {
  type ChangedEnvironment,
  decidePromotionCheck,
  type PromotionCheck,
} from '../domain/promotion/promotion-check.ts';
import { isOlderVersion } from '../domain/registry/is-older-version.ts';
import type { CheckRuns } from '../ports/check-runs.ts';
import type { RepositoryFiles } from '../ports/repository-files.ts';
import type { VersionTags } from '../ports/version-tags.ts';
import { inlineCode } from '../render/text/inline-code.ts';
import { findRunningVersions, type RunningEnvironment } from './find-running-versions.ts';
import { isVerifiedByMerge, undecidedGates } from './reconcile-promotions.ts';
import { VersionCatalog } from './version-catalog.ts';

/** The check that people can require: it says whether a change of what runs somewhere may be merged now. */
export const PROMOTION_CHECK = 'tidegate / promotion';

/** A commit that may become the default branch's next. */
export interface PromotionCheckRequest {
  readonly config: TidegateConfig;
  /** The default branch's newest commit. */
  readonly baseSha: string;
  readonly headSha: string;
  /** Paths that the commit changes against the base. */
  readonly files: readonly string[];
}

/** What the check needs. */
export interface PromotionCheckPorts {
  readonly tags: VersionTags;
  readonly files: RepositoryFiles;
  readonly checks: CheckRuns;
}

/** Decides and shows the check of a commit. */
export async function showPromotionCheck(
  request: PromotionCheckRequest,
  ports: PromotionCheckPorts,
): Promise<PromotionCheck> {
  const changes: ChangedEnvironment[] = [];
  for (const [model, { environments }] of Object.entries(request.config.models)) {
    const touched = environments.filter(({ targets }) => targets.some(({ file }) => request.files.includes(file)));
    if (touched.length > 0) changes.push(...(await changesOf(model, environments, { request, ports })));
  }
  const check = decidePromotionCheck(changes);
  await ports.checks.show({
    name: PROMOTION_CHECK,
    headSha: request.headSha,
    conclusion: check.conclusion,
    title: check.title.slice(0, 250),
    summary: check.findings.map((finding) => `- ${inlineCode(finding, 1000)}`).join('\n') || check.title,
    annotations: [],
  });
  return check;
}

async function changesOf(
  model: string,
  environments: readonly EnvironmentConfig[],
  { request, ports }: { readonly request: PromotionCheckRequest; readonly ports: PromotionCheckPorts },
): Promise<readonly ChangedEnvironment[]> {
  const catalog = new VersionCatalog(model, ports.tags);
  const at = (sha: string) => findRunningVersions(environments, { files: ports.files, catalog }, sha);
  const [base, head] = [await at(request.baseSha), await at(request.headSha)];
  return environments.flatMap((environment, index) => {
    const [before, after] = [base[index], head[index]];
    if (after === undefined || isSame(before, after)) return [];
    return [
      {
        model,
        environment: environment.name,
        version: after.version?.version,
        text: after.note ?? '',
        missingUpstream: missingUpstream({ environment, index, environments, base, before, after }),
        undecidedGates: undecidedGates(environment),
      },
    ];
  });
}

function isSame(before: RunningEnvironment | undefined, after: RunningEnvironment): boolean {
  if (before?.disagrees !== after.disagrees) return false;
  return before.version?.version === after.version?.version && before.note === after.note;
}

function missingUpstream(situation: {
  readonly environment: EnvironmentConfig;
  readonly index: number;
  readonly environments: readonly EnvironmentConfig[];
  readonly base: readonly RunningEnvironment[];
  readonly before: RunningEnvironment | undefined;
  readonly after: RunningEnvironment;
}): readonly string[] {
  const { environment, index, environments, base, before, after } = situation;
  // Going back waits for nobody: upstream holds the newer version by then.
  if (before?.version && after.version && isOlderVersion(after.version.version, before.version.version)) return [];
  const above = environments[index - 1];
  const names = environment.after ?? (above === undefined ? [] : [above.name]);
  return names.filter((name) => {
    const running = base.find((candidate) => candidate.name === name);
    const upstream = environments.find((candidate) => candidate.name === name);
    const holds = running?.version?.artifactDigest === after.version?.artifactDigest;
    return !holds || upstream === undefined || !isVerifiedByMerge(upstream);
  });
}
