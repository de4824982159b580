import { type Finding, type Fix, finding, findingOf, type Item, type Lack } from './finding.ts';
import { anyOf, mapLooked } from './looked.ts';
import type { BranchPattern, EnvironmentFacts, ModelFacts, SetupFacts } from './setup-facts.ts';
import { ghApi, shellWord } from './shell-command.ts';
import type { JobFacts, WorkflowFacts } from './workflow-facts.ts';

/** The environment whose secrets write to the store. */
export const RELEASE_ENVIRONMENT = 'tidegate-release';
/** The environment whose secrets write data. */
export const DATA_ENVIRONMENT = 'tidegate-data';
/** Names of secrets that belong to these environments, and to nothing else. */
export const WRITING_SECRET = /^TIDEGATE_(?:WRITE|DATA)_/;

const SECRETS: Item = {
  area: 'environments',
  level: 'required',
  title: 'No secret outside of the environments is named TIDEGATE_WRITE_* or TIDEGATE_DATA_*',
};

/** Missing settings of the environments that keep the write keys. */
export function checkEnvironments(facts: SetupFacts, models: readonly ModelFacts[]): readonly Finding[] {
  const isDataNeeded = needsData(facts, models);
  return [
    ...checkEnvironment(RELEASE_ENVIRONMENT, 'required', facts),
    ...checkEnvironment(DATA_ENVIRONMENT, isDataNeeded ? 'required' : 'recommended', facts),
    checkSecrets(facts),
  ];
}

/** If no model is retrained or recorded and no job uses it, a missing one does no harm yet. */
function needsData({ workflows }: SetupFacts, models: readonly ModelFacts[]): boolean {
  const used = mapLooked(workflows, (files: readonly WorkflowFacts[]) =>
    files.some(({ jobs }) => jobs.some((job) => job.environment === DATA_ENVIRONMENT && !isRecordJob(job))),
  );
  const answer = anyOf([used]);
  const isUsed = answer.kind === 'unknown' || answer.value;
  return (
    isUsed || models.some(({ retrainWorkflow, isRecorded }) => retrainWorkflow !== undefined || isRecorded === true)
  );
}

/** Every release has it; it runs only where a model has `train.record`. */
function isRecordJob({ key, uses }: JobFacts): boolean {
  return key === 'record' && uses.some((name) => /\/actions\/data-push@/.test(name));
}

function checkEnvironment(name: string, level: Item['level'], facts: SetupFacts): readonly Finding[] {
  const { environments, defaultBranch } = facts;
  const rule: Item = { area: 'environments', level, title: `Only ${defaultBranch} may deploy to ${name}` };
  const found = mapLooked(environments, (all) => all.find((one) => one.name.toLowerCase() === name));
  const fix = fixOf(name, found.kind === 'seen' ? found.value : undefined, facts);
  const isOpen = findingOf(rule, found, (environment) =>
    environment === undefined
      ? { detail: 'the environment does not exist; GitHub creates it without any rule when a job names it', fix }
      : branchLack(environment, facts, fix),
  );
  const known = found.kind === 'seen' ? found.value : undefined;
  const [limited] = known === undefined ? [] : checkLimited(rule, known, { facts, fix });
  return [limited ?? isOpen, ...(known === undefined ? [] : [checkReviewers(known, facts)])];
}

function branchLack({ branches }: EnvironmentFacts, { defaultBranch }: SetupFacts, fix: Fix): Lack | undefined {
  if (branches.kind === 'all') return { detail: 'every branch and tag may deploy to it', fix };
  if (branches.kind === 'protected') return undefined;
  const other = branches.patterns.filter(({ name, type }) => name !== defaultBranch || type !== 'branch');
  if (other.length > 0) {
    const named = other.map(({ name, type }) => `the ${type} pattern ${name}`).join(', ');
    return { detail: `others may deploy to it as well: ${named}`, fix };
  }
  return branches.patterns.length === 0 ? { detail: 'no branch may deploy to it', fix } : undefined;
}

/** "Protected branches only" is as good as the list of protected branches: without any, GitHub lets all branches through. */
function checkLimited(
  rule: Item,
  { branches }: EnvironmentFacts,
  { facts, fix }: { readonly facts: SetupFacts; readonly fix: Fix },
): readonly Finding[] {
  if (branches.kind !== 'protected') return [];
  const { defaultBranch, protectedBranches } = facts;
  const lackOf = (names: readonly string[]): Lack | undefined => {
    if (!names.includes(defaultBranch)) {
      return { detail: `protected branches may deploy to it, and ${defaultBranch} has no branch protection rule`, fix };
    }
    const other = names.filter((name) => name !== defaultBranch);
    return other.length === 0
      ? undefined
      : { detail: `protected branches may deploy to it, and these may too: ${other.slice(0, 5).join(', ')}`, fix };
  };
  return [findingOf(rule, protectedBranches, lackOf)];
}

function checkReviewers(
  { name, hasReviewers, canAdminsBypass }: EnvironmentFacts,
  { repository }: SetupFacts,
): Finding {
  const title = `A deployment to ${name} waits for a reviewer, and admins cannot skip the wait`;
  const item: Item = { area: 'environments', level: 'recommended', title };
  const detail = hasReviewers
    ? canAdminsBypass === false
      ? undefined
      : 'admins may skip its rules'
    : 'no review is needed';
  const where = `${repository}: Settings → Environments → ${name}: choose required reviewers, and do not allow administrators to bypass the rules.`;
  return finding(item, detail === undefined ? undefined : { detail, fix: { where } });
}

/** Names the branch, and removes what else may deploy. */
function fixOf(name: string, found: EnvironmentFacts | undefined, { repository, defaultBranch }: SetupFacts): Fix {
  const path = `repos/${repository}/environments/${name}`;
  const policies = `${path}/deployment-branch-policies`;
  const named = found?.branches.kind === 'named' ? found.branches.patterns : undefined;
  const isMeant = (pattern: BranchPattern) => pattern.name === defaultBranch && pattern.type === 'branch';
  const custom = { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } };
  const command = [
    ...(named === undefined ? [ghApi({ method: 'PUT', path, body: custom })] : []),
    ...(named ?? [])
      .filter((one) => !isMeant(one))
      .map(({ id }) => ghApi({ method: 'DELETE', path: `${policies}/${id}` })),
    ...(named?.some(isMeant) === true
      ? []
      : [ghApi({ method: 'POST', path: policies, body: { name: defaultBranch, type: 'branch' } })]),
  ].join('\n');
  const where = `${repository}: Settings → Environments → ${name} → Deployment branches and tags: "Selected branches and tags", with only ${defaultBranch}; remove any other pattern.`;
  return { where, command };
}

function checkSecrets({ secrets, repository }: SetupFacts): Finding {
  return findingOf(SECRETS, secrets, (all) => {
    const found = all.filter(({ name }) => WRITING_SECRET.test(name));
    if (found.length === 0) return undefined;
    const own = found.filter((secret) => secret.of === 'repository');
    const command = own.map(({ name }) => `gh secret delete ${shellWord(name)} --repo ${shellWord(repository)}`);
    const detail = `every workflow on every branch can read ${found.map((one) => `${one.name} (${one.of})`).join(', ')}`;
    const where = `${repository}: Settings → Secrets and variables → Actions: delete it, and set it in its environment. Then replace the key: anyone who can push may have read it.`;
    return { detail, fix: { where, ...(command.length === 0 ? {} : { command: command.join('\n') }) } };
  });
}
