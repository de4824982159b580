import { type Finding, findingOf, type Item } from './finding.ts';
import type { SetupFacts } from './setup-facts.ts';
import { ghApi } from './shell-command.ts';

const READS: Item = {
  area: 'actions',
  level: 'recommended',
  title: 'Workflows get a read-only token by default',
};
const FORKS: Item = {
  area: 'actions',
  level: 'recommended',
  title: 'Workflows of every outside contributor wait for approval',
};
const KEPT: Item = { area: 'actions', level: 'recommended', title: 'Artifacts are kept for 90 days or more' };
/** GitHub's default. */
const WANTED_DAYS = 90;
/** The one that lets no stranger start a run. */
const ALL_OUTSIDE = 'all_external_contributors';

/** Missing settings of Actions. */
export function checkActions({ actions, repository }: SetupFacts): readonly Finding[] {
  const path = `repos/${repository}/actions/permissions`;
  const where = `${repository}: Settings → Actions → General`;
  const put = (name: string, body: object) => ghApi({ method: 'PUT', path: `${path}/${name}`, body });
  return [
    findingOf(READS, actions.defaultPermissions, (level) =>
      level === 'read'
        ? undefined
        : {
            detail: 'they may write to the repository',
            fix: {
              where: `${where} → Workflow permissions: "Read repository contents and packages permissions".`,
              command: put('workflow', {
                default_workflow_permissions: 'read',
                can_approve_pull_request_reviews: false,
              }),
            },
          },
    ),
    findingOf(FORKS, actions.forkApproval, (policy) =>
      policy === ALL_OUTSIDE
        ? undefined
        : {
            detail: `the setting is ${policy}`,
            fix: {
              where: `${where} → Approval for running fork pull request workflows: "Require approval for all external contributors".`,
              command: put('fork-pr-contributor-approval', { approval_policy: ALL_OUTSIDE }),
            },
          },
    ),
    keptFinding(actions.retentionDays, { where, command: put('artifact-and-log-retention', { days: WANTED_DAYS }) }),
  ];
}

/** Time for which a new version is trusted by its run alone; afterwards the history of the manifests has to name it. */
function keptFinding(
  retention: SetupFacts['actions']['retentionDays'],
  fix: { where: string; command: string },
): Finding {
  const found = findingOf(KEPT, retention, (days) =>
    days >= WANTED_DAYS
      ? undefined
      : { detail: believedFor(days), fix: { ...fix, where: `${fix.where} → Artifact and log retention.` } },
  );
  if (found.state !== 'holds' || retention.kind !== 'seen') return found;
  return { ...found, detail: believedFor(retention.value) };
}

function believedFor(days: number): string {
  return `a version that no manifest of the default branch names yet is trusted for ${days} days`;
}
