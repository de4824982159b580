import type { Json, Repository } from './state.ts';

/** A ruleset of a repository: what is on are its rules, for the refs that its conditions name. */
export interface Ruleset {
  readonly id: number;
  readonly name: string;
  readonly target: 'branch' | 'tag' | 'push';
  readonly enforcement: 'active' | 'disabled' | 'evaluate';
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly rules: readonly Json[];
  readonly createdAt: string;
}

/** Protection of a branch besides the names of its checks. */
export interface ProtectionDetails {
  /** By check; a check that is not here may come from any App. */
  readonly sources: ReadonlyMap<string, number>;
  readonly needsPullRequest: boolean;
  readonly needsOwnerReview: boolean;
  readonly allowsForcePushes: boolean;
  readonly allowsDeletion: boolean;
}

/** GitHub's defaults: a protected branch takes neither force pushes nor its deletion. */
export const PLAIN_PROTECTION: ProtectionDetails = {
  sources: new Map(),
  needsPullRequest: false,
  needsOwnerReview: false,
  allowsForcePushes: false,
  allowsDeletion: false,
};

/** The rules that are on for a branch, each with the ruleset that it comes from. */
export function rulesOf(repository: Repository, branch: string): readonly { rule: Json; ruleset: Ruleset }[] {
  const isMeant = ({ target, enforcement, include, exclude }: Ruleset) =>
    target === 'branch' && enforcement === 'active' && isIn(include) && !isIn(exclude);
  const isIn = (patterns: readonly string[]) => patterns.some((pattern) => fits(pattern, repository, branch));
  return repository.rulesets.filter(isMeant).flatMap((ruleset) => ruleset.rules.map((rule) => ({ rule, ruleset })));
}

function fits(pattern: string, { defaultBranch }: Repository, branch: string): boolean {
  if (pattern === '~ALL') return true;
  if (pattern === '~DEFAULT_BRANCH') return branch === defaultBranch;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**', '\0')
    .replaceAll('*', '[^/]*');
  return new RegExp(`^${source.replaceAll('\0', '.*')}$`).test(`refs/heads/${branch}`);
}

/** A check that has to succeed before a merge, and the App that has to write it. */
export interface NeededCheck {
  readonly name: string;
  readonly source: number | undefined;
}

/** The checks that a branch requires, by its protection and by rulesets. */
export function neededChecks(repository: Repository, branch: string): readonly NeededCheck[] {
  const { sources } = repository.protectionDetails.get(branch) ?? PLAIN_PROTECTION;
  const own = (repository.protection.get(branch) ?? []).map((name) => ({ name, source: sources.get(name) }));
  const ruled = rulesOf(repository, branch).flatMap(({ rule }) => checksOf(rule));
  return [...own, ...ruled];
}

function checksOf({ type, parameters }: Json): NeededCheck[] {
  if (type !== 'required_status_checks') return [];
  const { required_status_checks: checks } = parameters as {
    required_status_checks: { context: string; integration_id?: number }[];
  };
  return checks.map(({ context, integration_id: source }) => ({ name: context, source }));
}
