import { APP_EVENTS, APP_PERMISSIONS } from '../../../../bot/app-manifest.ts';
import { parseCodeOwners } from '../../../../core/domain/doctor/code-owners.ts';
import { seen } from '../../../../core/domain/doctor/looked.ts';
import type { BranchRules, SetupFacts } from '../../../../core/domain/doctor/setup-facts.ts';
import type { JobFacts } from '../../../../core/domain/doctor/workflow-facts.ts';

/** The number of the bot's App. */
export const APP_ID = 4711;
/** That of GitHub Actions. */
export const ACTIONS_ID = 15368;
/** No rule at all. */
export const NO_RULES: BranchRules = {
  checks: [],
  needsPullRequest: false,
  needsOwnerReview: false,
  blocksForcePushes: false,
  blocksDeletion: false,
};
const PIN = 'a'.repeat(40);

/** A job of a release workflow, as the template has it. */
export const REGISTER: JobFacts = {
  key: 'register',
  name: 'register',
  environment: 'tidegate-release',
  permissions: [],
  reads: ['TIDEGATE_WRITE_ACCESS_KEY_ID', 'AWS_REGION'],
  uses: ['actions/checkout@v7', `tidegate/tidegate/actions/register@${PIN}`],
};

const onlyMain = (name: string) => ({
  name,
  branches: { kind: 'named', patterns: [{ id: 1, name: 'main', type: 'branch' }] } as const,
  hasReviewers: true,
  canAdminsBypass: false,
});

/** A repository in which nothing is missing. */
export const SOUND: SetupFacts = {
  repository: 'acme/flights',
  defaultBranch: 'main',
  config: {
    kind: 'parsed',
    models: [
      {
        name: 'flights',
        store: 's3://models/flights',
        releaseWorkflow: 'model-release.yml',
        retrainWorkflow: 'model-retrain.yml',
        targets: ['k8s/production/model.yaml'],
      },
    ],
  },
  environments: seen([onlyMain('tidegate-release'), onlyMain('tidegate-data')]),
  protectedBranches: seen([]),
  secrets: seen([{ name: 'TIDEGATE_READ_ACCESS_KEY_ID', of: 'repository' }]),
  ruled: seen({
    checks: [
      { name: 'tidegate', source: ACTIONS_ID },
      { name: 'tidegate / promotion', source: APP_ID },
    ],
    needsPullRequest: true,
    needsOwnerReview: true,
    blocksForcePushes: true,
    blocksDeletion: true,
  }),
  protection: seen(NO_RULES),
  tagRulesets: seen([{ include: ['refs/tags/*@v*'], exclude: [], rules: ['update', 'deletion', 'creation'] }]),
  owners: seen({
    path: '.github/CODEOWNERS',
    rules: parseCodeOwners('/.github/ @acme/ml\n/tidegate.yaml @acme/ml\n/k8s/ @acme/ml\n'),
  }),
  workflows: seen([
    {
      file: 'model-release.yml',
      isReadable: true,
      events: ['push', 'workflow_dispatch'],
      permissions: [],
      jobs: [REGISTER],
    },
  ]),
  actions: {
    defaultPermissions: seen('read'),
    forkApproval: seen('all_external_contributors'),
    retentionDays: seen(90),
  },
  app: seen({
    id: APP_ID,
    slug: 'tidegate',
    isInstalled: seen(true),
    isSuspended: false,
    deliveries: seen({ event: 'push', statusCode: 202, failed: 0, of: 20 }),
    granted: seen({ permissions: APP_PERMISSIONS, events: APP_EVENTS }),
  }),
  health: [
    {
      model: 'flights',
      environment: 'production',
      from: 'argocd',
      context: 'continuous-delivery/flights',
      creator: 'argocd[bot]',
      hasDeadline: true,
      said: seen('by-creator'),
      mayWrite: seen(true),
    },
  ],
  wanted: { permissions: APP_PERMISSIONS, events: APP_EVENTS },
  workflowAppId: seen(ACTIONS_ID),
};
