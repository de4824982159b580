import type { TidegateConfig } from '../config/tidegate-config.ts';
import type { WaitingGate } from '../domain/promotion/gates.ts';
import {
  type ChangedEnvironment,
  decidePromotionCheck,
  type PromotionCheck,
} from '../domain/promotion/promotion-check.ts';
import { isOlderVersion } from '../domain/registry/is-older-version.ts';
import type { CheckRuns } from '../ports/check-runs.ts';
import type { VersionTags } from '../ports/version-tags.ts';
import { inlineCode } from '../render/text/inline-code.ts';
import { findRunningVersions, type RunningEnvironment } from './find-running-versions.ts';
import { type GatePorts, PromotionGates } from './promotion-gates.ts';
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
  /** Our own login. */
  readonly self: string;
  readonly nowMs: number;
}

/** What the check needs. */
export interface PromotionCheckPorts extends GatePorts {
  readonly tags: VersionTags;
  readonly checks: CheckRuns;
}

/** Decides and shows the check of a commit. */
export async function showPromotionCheck(
  request: PromotionCheckRequest,
  ports: PromotionCheckPorts,
): Promise<PromotionCheck> {
  const changes: ChangedEnvironment[] = [];
  for (const [model, { environments }] of Object.entries(request.config.models)) {
    const touched = environments.some(({ targets }) => targets.some(({ file }) => request.files.includes(file)));
    if (touched) changes.push(...(await changesOf(model, { request, ports })));
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
  { request, ports }: { readonly request: PromotionCheckRequest; readonly ports: PromotionCheckPorts },
): Promise<readonly ChangedEnvironment[]> {
  const { self, nowMs } = request;
  const environments = request.config.models[model]?.environments ?? [];
  const catalog = new VersionCatalog(model, ports.tags);
  const at = (sha: string) => findRunningVersions(environments, { files: ports.files, catalog }, sha);
  const [base, head] = [await at(request.baseSha), await at(request.headSha)];
  const gates = new PromotionGates({ model, environments, running: base, self, nowMs }, ports);
  const changes = environments.map(async (environment, index): Promise<ChangedEnvironment[]> => {
    const [before, after] = [base[index], head[index]];
    if (after === undefined || isSame(before, after)) return [];
    // Going back waits for nobody: upstream holds the newer version by then.
    const isBack = isOlder(after, before);
    const waiting: readonly WaitingGate[] =
      after.version === undefined || isBack ? [] : await gates.waiting(environment, after.version);
    const { version, note } = after;
    return [{ model, environment: environment.name, version: version?.version, text: note ?? '', waiting }];
  });
  return (await Promise.all(changes)).flat();
}

function isSame(before: RunningEnvironment | undefined, after: RunningEnvironment): boolean {
  if (before?.disagrees !== after.disagrees) return false;
  return before.version?.version === after.version?.version && before.note === after.note;
}

function isOlder(after: RunningEnvironment, before: RunningEnvironment | undefined): boolean {
  if (before?.version === undefined || after.version === undefined) return false;
  return isOlderVersion(after.version.version, before.version.version);
}
