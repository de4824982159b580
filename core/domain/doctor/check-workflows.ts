import { isReleaseJob, RELEASE_JOB } from '../registry/release-provenance.ts';
import { DATA_ENVIRONMENT, RELEASE_ENVIRONMENT } from './check-environments.ts';
import { type Finding, finding, findingOf, type Item, type Lack } from './finding.ts';
import type { Looked } from './looked.ts';
import type { ModelFacts, SetupFacts } from './setup-facts.ts';
import { EVERY_PERMISSION, type JobFacts, type WorkflowFacts } from './workflow-facts.ts';

/** An action of Tidegate in another repository, and the ref behind it. */
const OWN_ACTION = /^[^/@]+\/tidegate\/actions\/[\w-]+@(.*)$/;
const COMMIT = /^[0-9a-f]{40}$/;
/** Secrets that a writing job reads: the keys, or the role in their place. */
const WRITES: readonly (readonly [RegExp, string])[] = [
  [/^TIDEGATE_(?:WRITE_|RELEASE_ROLE$)/, RELEASE_ENVIRONMENT],
  [/^TIDEGATE_DATA_/, DATA_ENVIRONMENT],
];
/** Read where a person accepts a changed test set: the record on the commit, and the comment under the pull request. */
const OF_REBASELINE = ['checks', 'pull-requests'];

/** Missing parts of the default branch's workflow files. */
export function checkWorkflows({ workflows }: SetupFacts, models: readonly ModelFacts[]): readonly Finding[] {
  return [...releaseFiles(models).map((file) => checkRelease(file, workflows)), ...checkFiles(workflows)];
}

function releaseFiles(models: readonly ModelFacts[]): readonly string[] {
  return [...new Set(models.flatMap(({ releaseWorkflow }) => releaseWorkflow ?? []))];
}

function checkRelease(file: string, workflows: Looked<readonly WorkflowFacts[]>): Finding {
  const title = `${file} has a job named ${RELEASE_JOB}`;
  return findingOf(required(title), workflows, (files) => {
    const found = files.find((one) => one.file === file);
    if (found === undefined) {
      return lack(
        'the default branch does not have this file',
        `Merge .github/workflows/${file}: npm run init writes it.`,
      );
    }
    if (!found.isReadable) return lack('it cannot be read', `Correct the YAML of .github/workflows/${file}.`);
    // What a job uploads is believed by its shown name.
    const isThere = found.jobs.some(({ key, name }) => isReleaseJob(name ?? key));
    return isThere
      ? undefined
      : lack(`it has ${found.jobs.map(({ key }) => key).join(', ')}`, 'Name the job that registers versions register.');
  });
}

function checkFiles(workflows: Looked<readonly WorkflowFacts[]>): readonly Finding[] {
  const all = (title: string, places: (files: readonly WorkflowFacts[]) => readonly string[], where: string) =>
    findingOf(required(title), workflows, (files) => {
      const found = places(files);
      return found.length === 0 ? undefined : lack(found.join('; '), where);
    });
  return [
    all(
      'Jobs that use write keys name the environment of these keys',
      (files) => files.flatMap(jobsWithoutEnvironment),
      `Add environment: ${RELEASE_ENVIRONMENT} (${DATA_ENVIRONMENT} for data) to the job.`,
    ),
    all(
      'Workflows that use Tidegate set their permissions',
      (files) =>
        files
          .filter(isOurs)
          .filter((one) => !namesPermissions(one))
          .map(({ file }) => file),
      'Add permissions: {} at the top, and give each job only the permissions that it needs.',
    ),
    all(
      'Workflows that use Tidegate do not run on pull_request_target',
      (files) =>
        files
          .filter(isOurs)
          .filter(isTargeted)
          .map(({ file }) => file),
      'Use pull_request: code of a pull request must not run with secrets.',
    ),
    all(
      'Actions of Tidegate are pinned by a commit SHA',
      (files) => files.flatMap(unpinned),
      'Replace the tag or branch after @ with the 40 characters of its commit SHA.',
    ),
    checkRebaseline(workflows),
    ...checkOthers(workflows),
  ];
}

/** Jobs that judge, and cannot read that a person accepted a changed test set: they then judge as if no one had. */
function checkRebaseline(workflows: Looked<readonly WorkflowFacts[]>): Finding {
  const title = 'Jobs that judge can read /tidegate rebaseline';
  return findingOf({ area: 'workflows', level: 'recommended', title }, workflows, (files) => {
    const found = files.flatMap(({ file, permissions, jobs }) =>
      jobs
        .filter(({ uses }) => uses.some((one) => OWN_ACTION.test(one) && one.includes('/actions/evaluate-and-gate@')))
        .flatMap((job) => {
          const lacking = lackingOf(job.permissions ?? permissions);
          return lacking.length === 0 ? [] : [`${file}: ${job.key} has no ${lacking.join(', ')}`];
        }),
    );
    const where = `Add ${OF_REBASELINE.map((name) => `${name}: read`).join(' and ')} to the permissions of the job.`;
    return found.length === 0 ? undefined : lack(found.join('; '), where);
  });
}

/** Of a job that says nothing the setting of the repository decides, which has its own finding. */
function lackingOf(permissions: readonly string[] | undefined): readonly string[] {
  if (permissions === undefined || permissions.includes(EVERY_PERMISSION)) return [];
  return OF_REBASELINE.filter((name) => !permissions.includes(name));
}

/** Workflows of others are theirs; they run in the same repository with the same secrets. */
function checkOthers(workflows: Looked<readonly WorkflowFacts[]>): readonly Finding[] {
  if (workflows.kind === 'unknown') return [];
  const other = workflows.value.filter((one) => !isOurs(one) && isTargeted(one)).map(({ file }) => file);
  const item: Item = {
    area: 'workflows',
    level: 'recommended',
    title: 'No other workflow runs on pull_request_target',
  };
  const unread = workflows.value.filter(({ isReadable }) => !isReadable).map(({ file }) => file);
  const readable: Item = { area: 'workflows', level: 'recommended', title: 'All workflow files can be read' };
  const where = 'Check that it runs no code of the pull request: it has the secrets of the repository.';
  return [
    finding(item, other.length === 0 ? undefined : lack(other.join(', '), where)),
    ...(unread.length === 0 ? [] : [finding(readable, lack(unread.join(', '), 'Correct their YAML.'))]),
  ];
}

function jobsWithoutEnvironment({ file, jobs }: WorkflowFacts): readonly string[] {
  return jobs.flatMap((job) => {
    const wanted = neededBy(job);
    return wanted === undefined || job.environment === wanted
      ? []
      : [
          `${file}: ${job.key} has ${job.environment === undefined ? 'no environment' : `environment ${job.environment}`}, not ${wanted}`,
        ];
  });
}

function neededBy({ reads, uses }: JobFacts): string | undefined {
  const [, byKey] = WRITES.find(([pattern]) => reads.some((name) => pattern.test(name))) ?? [];
  const registers = uses.some((one) => OWN_ACTION.test(one) && one.includes('/actions/register@'));
  return byKey ?? (registers ? RELEASE_ENVIRONMENT : undefined);
}

function isOurs({ jobs }: WorkflowFacts): boolean {
  return jobs.some(
    ({ reads, uses }) => uses.some((one) => OWN_ACTION.test(one)) || reads.some((name) => name.startsWith('TIDEGATE_')),
  );
}

function namesPermissions({ permissions, jobs }: WorkflowFacts): boolean {
  return permissions !== undefined || jobs.every((job) => job.permissions !== undefined);
}

function isTargeted({ events }: WorkflowFacts): boolean {
  return events.includes('pull_request_target');
}

function unpinned({ file, jobs }: WorkflowFacts): readonly string[] {
  const used = jobs
    .flatMap(({ uses }) => uses)
    .filter((one) => !COMMIT.test(OWN_ACTION.exec(one)?.[1] ?? '0'.repeat(40)));
  return [...new Set(used)].map((one) => `${file}: ${one}`);
}

function required(title: string): Item {
  return { area: 'workflows', level: 'required', title };
}

function lack(detail: string, where: string): Lack {
  return { detail, fix: { where } };
}
