import { type Finding, type Fix, findingOf, type Item, type Lack } from './finding.ts';
import { allOf, anyOf, type Looked, mapLooked } from './looked.ts';
import type { BranchRules, ModelFacts, RequiredCheck, SetupFacts } from './setup-facts.ts';
import { ghApi } from './shell-command.ts';

/** The check that the bot writes. */
const PROMOTION_CHECK = 'tidegate / promotion';
/** The job that judges. */
const JOB_CHECK = 'tidegate';

/** A rule that a ruleset can have. */
interface Rule {
  readonly type: string;
  readonly parameters?: object;
}

/** Missing settings of the default branch. */
export function checkBranch(facts: SetupFacts, models: readonly ModelFacts[]): readonly Finding[] {
  const promotes = facts.wanted !== undefined && models.some(({ targets }) => targets.length > 0);
  return [
    checkJob(facts, models),
    ...(promotes ? [checkPromotion(facts)] : []),
    checkRule(facts, {
      title: 'Changes are made by pull request',
      lack: 'anyone with write access may push to it',
      holds: ({ needsPullRequest }) => needsPullRequest,
      rule: pullRequestRule(false),
    }),
    checkRule(facts, {
      title: 'Force pushes are blocked',
      lack: 'its history can be replaced',
      holds: ({ blocksForcePushes }) => blocksForcePushes,
      rule: { type: 'non_fast_forward' },
    }),
    checkRule(facts, {
      title: 'Deleting it is blocked',
      lack: 'it can be deleted',
      holds: ({ blocksDeletion }) => blocksDeletion,
      rule: { type: 'deletion' },
    }),
  ];
}

/** One job for all models, or one for each. */
function checkJob(facts: SetupFacts, models: readonly ModelFacts[]): Finding {
  const { workflowAppId } = facts;
  const title = `The check ${JOB_CHECK} is required, from GitHub Actions`;
  if (workflowAppId.kind === 'unknown') {
    return { area: 'branch', level: 'required', title, state: 'unknown', needs: workflowAppId.needs };
  }
  const each = models.map(({ name }) => `${JOB_CHECK} (${name})`);
  const ways = [[JOB_CHECK], ...(each.length === 0 ? [] : [each])];
  return checkRequired(facts, { title, ways, source: workflowAppId.value, who: 'GitHub Actions' });
}

function checkPromotion(facts: SetupFacts): Finding {
  const { app } = facts;
  const title = `The check ${PROMOTION_CHECK} is required, from the App`;
  if (app.kind === 'unknown') {
    const needs = `${app.needs}, to know the ID of the App`;
    return { area: 'branch', level: 'required', title, state: 'unknown', needs };
  }
  return checkRequired(facts, { title, ways: [[PROMOTION_CHECK]], source: app.value?.id, who: 'the App' });
}

interface Wanted {
  readonly title: string;
  /** Names of checks: all of any one list have to be required. The first is what the fix asks for. */
  readonly ways: readonly (readonly string[])[];
  /** Undefined: there is no App that could write it. */
  readonly source: number | undefined;
  readonly who: string;
}

function checkRequired(facts: SetupFacts, { title, ways, source, who }: Wanted): Finding {
  const item: Item = { area: 'branch', level: 'required', title };
  const places = placesOf(facts);
  const has = (holds: (check: RequiredCheck) => boolean): Looked<boolean> => {
    const isRequired = (name: string) =>
      anyOf(
        places.map((place) => mapLooked(place, ({ checks }) => checks.some((one) => one.name === name && holds(one)))),
      );
    return anyOf(ways.map((names) => allOf(names.map(isRequired))));
  };
  const byAny = has(() => true);
  const detail =
    byAny.kind === 'seen' && byAny.value
      ? 'it is required from another source: any workflow that may write statuses can write a check of that name'
      : 'it is not required';
  const [context = ''] = ways[0] ?? [];
  const check = { context, ...(source === undefined ? {} : { integration_id: source }) };
  const parameters = { strict_required_status_checks_policy: false, required_status_checks: [check] };
  const fix = branchFix(facts, `require ${context}, and choose ${who} as its source`, [
    { type: 'required_status_checks', parameters },
  ]);
  const bySource = has((one) => source !== undefined && one.source === source);
  return findingOf(item, bySource, (holds) => (holds ? undefined : { detail, fix }));
}

function checkRule(
  facts: SetupFacts,
  {
    title,
    lack,
    holds,
    rule,
  }: {
    readonly title: string;
    readonly lack: string;
    readonly holds: (rules: BranchRules) => boolean;
    readonly rule: Rule;
  },
): Finding {
  const item: Item = { area: 'branch', level: 'required', title };
  const answer = anyOf(placesOf(facts).map((place) => mapLooked(place, holds)));
  const lackOf = (isSet: boolean): Lack | undefined =>
    isSet ? undefined : { detail: lack, fix: branchFix(facts, `add the rule ${rule.type}`, [rule]) };
  return findingOf(item, answer, lackOf);
}

/** The two ways to protect a branch: what one of them asks for is asked for. */
export function placesOf({ ruled, protection }: SetupFacts): readonly Looked<BranchRules>[] {
  return [ruled, protection];
}

/** The rule for pull requests; with or without a review by the owners of the code. */
export function pullRequestRule(needsOwnerReview: boolean): Rule {
  return {
    type: 'pull_request',
    parameters: {
      required_approving_review_count: 1,
      require_code_owner_review: needsOwnerReview,
      dismiss_stale_reviews_on_push: true,
      require_last_push_approval: true,
      required_review_thread_resolution: false,
    },
  };
}

/** A ruleset of its own: rulesets add up, and none has to be changed. */
export function branchFix({ repository, defaultBranch }: SetupFacts, how: string, rules: readonly Rule[]): Fix {
  const named = rules.map((rule) => ruleName(rule)).join(', ');
  const body = {
    name: `tidegate: ${named}`,
    target: 'branch',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
    rules,
  };
  return {
    where: `${repository}: Settings → Rules → Rulesets, for ${defaultBranch}: ${how}.`,
    command: ghApi({ method: 'POST', path: `repos/${repository}/rulesets`, body }),
  };
}

/** Names of rulesets are unique in a repository: a check has its name in it. */
function ruleName({ type, parameters }: Rule): string {
  const checks =
    parameters !== undefined && 'required_status_checks' in parameters ? parameters.required_status_checks : [];
  const names = Array.isArray(checks) ? checks.map((check: { readonly context: string }) => check.context) : [];
  const isByOwners =
    parameters !== undefined &&
    'require_code_owner_review' in parameters &&
    parameters.require_code_owner_review === true;
  return [type, ...names, ...(isByOwners ? ['code owners'] : [])].join(' ');
}
