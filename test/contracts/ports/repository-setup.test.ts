import { describe, expect, it } from 'vitest';
import { OwnInstallation } from '../../../core/adapters/github/github-installed-app.ts';
import { GitHubRepositorySetup } from '../../../core/adapters/github/github-repository-setup.ts';
import { type Looked, seen } from '../../../core/domain/doctor/looked.ts';
import type { BranchRules } from '../../../core/domain/doctor/setup-facts.ts';
import type { InstalledApp, RepositorySetup } from '../../../core/ports/github/repository-setup.ts';
import { InMemoryRepositorySetup } from '../../../testkit/fakes/in-memory-repository-setup.ts';
import { expectDescribed, useGitHub } from './github-under-test.ts';

interface World {
  readonly setup: RepositorySetup;
  readonly app: InstalledApp;
}

interface Worlds {
  /** A repository in which nothing was set up. */
  readonly fresh: () => Promise<World>;
  /**
   * One with the environment `tidegate-release` for protected branches, the secret `KEY`, the check `ci` required on
   * main by its protection and `lint` by a ruleset, a ruleset for tags, and the workflow `model-ci.yml`.
   */
  readonly furnished: () => Promise<World>;
}

const NOTHING: BranchRules = {
  checks: [],
  needsPullRequest: false,
  needsOwnerReview: false,
  blocksForcePushes: false,
  blocksDeletion: false,
};
const factOf = <T>(looked: Looked<T>) => (looked.kind === 'seen' ? looked.value : looked);

/** What every `RepositorySetup` and `InstalledApp` keeps, for a person who administrates the repository. */
function contract(name: string, { fresh, furnished }: Worlds): void {
  describe(name, () => {
    it('has seen that a new repository has nothing', async () => {
      const { setup } = await fresh();
      expect(await setup.environments(['tidegate-release'])).toEqual(seen([]));
      expect(await setup.protectedBranches()).toEqual(seen([]));
      expect(await setup.secrets()).toEqual(seen([]));
      expect(await setup.tagRulesets()).toEqual(seen([]));
      expect(await setup.workflowFiles()).toEqual(seen([]));
      expect(await setup.ruled('main')).toEqual(seen(NOTHING));
      expect(await setup.protection('main')).toEqual(seen(NOTHING));
    });

    it('sees what was set up, and of environments only the named ones', async () => {
      const { setup } = await furnished();
      expect(factOf(await setup.environments(['tidegate-release', 'other']))).toMatchObject([
        { name: 'tidegate-release', branches: { kind: 'protected' } },
      ]);
      expect(await setup.environments(['other'])).toEqual(seen([]));
      expect(await setup.protectedBranches()).toEqual(seen(['main']));
      expect(factOf(await setup.secrets())).toMatchObject([{ name: 'KEY', of: 'repository' }]);
      expect(factOf(await setup.protection('main'))).toMatchObject({ checks: [{ name: 'ci' }] });
      expect(factOf(await setup.ruled('main'))).toMatchObject({ checks: [{ name: 'lint' }] });
      expect(await setup.ruled('other')).toEqual(seen(NOTHING));
      expect(factOf(await setup.tagRulesets())).toMatchObject([{ include: ['refs/tags/m@*'], rules: ['deletion'] }]);
      expect(await setup.workflowFiles()).toEqual(seen(['model-ci.yml']));
    });

    it('sees the settings of Actions, and the App that writes the checks of jobs', async () => {
      const { setup } = await fresh();
      const { defaultPermissions, forkApproval, retentionDays } = await setup.actions();
      expect(['read', 'write']).toContain(factOf(defaultPermissions));
      expect(factOf(forkApproval)).toEqual(expect.any(String));
      expect(factOf(retentionDays)).toEqual(expect.any(Number));
      expect(await setup.workflowAppId()).toEqual(seen(15368));
    });

    it('sees which Apps may write commit statuses', async () => {
      const { setup } = await fresh();
      expect(await setup.mayWriteStatuses('tidegate[bot]')).toEqual(seen(false));
      expect(await setup.mayWriteStatuses('acme-argocd[bot]')).toEqual(seen(true));
    });

    it('sees the App where it is installed', async () => {
      const { app } = await fresh();
      expect(factOf(await app.read())).toMatchObject({ id: 4711, slug: 'tidegate', isInstalled: seen(true) });
    });
  });
}

const otherApp = { slug: 'acme-argocd', permissions: { statuses: 'write' } } as const;
const world = useGitHub({ otherApp });

async function gitHub() {
  const { name, fullName } = await world().repository();
  const client = world().clientOf('ada', 'admin');
  const app = new OwnInstallation(() => world().asApp(), name);
  return { name, fullName, client, world: { setup: new GitHubRepositorySetup(client, name), app } };
}

contract('GitHubRepositorySetup and OwnInstallation', {
  fresh: async () => (await gitHub()).world,
  furnished: async () => {
    const { name, fullName, client, world: made } = await gitHub();
    const at = `/repos/${fullName}`;
    await client.request(`PUT ${at}/environments/tidegate-release`, {
      deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
    });
    const repository = world().github.state.repository(fullName);
    repository?.secrets.set('KEY', 'value');
    repository?.protection.set('main', ['ci']);
    const ruleset = { enforcement: 'active', bypass_actors: [] };
    await client.request(`POST ${at}/rulesets`, {
      ...{ ...ruleset, name: 'branches', target: 'branch' },
      conditions: { ref_name: { include: ['refs/heads/main'], exclude: [] } },
      rules: [
        {
          type: 'required_status_checks',
          parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'lint' }] },
        },
      ],
    });
    await client.request(`POST ${at}/rulesets`, {
      ...{ ...ruleset, name: 'tags', target: 'tag' },
      conditions: { ref_name: { include: ['refs/tags/m@*'], exclude: [] } },
      rules: [{ type: 'deletion' }],
    });
    const path = '.github/workflows/model-ci.yml';
    const content = Buffer.from('on: push\n').toString('base64');
    await client.rest.repos.createOrUpdateFileContents({ ...name, path, message: path, content });
    return made;
  },
});

const app = {
  ...{ id: 4711, slug: 'tidegate', isSuspended: false, isInstalled: seen(true), deliveries: undefined },
  granted: seen({ permissions: {}, events: [] }),
};
const shared = { app, statusWriters: ['acme-argocd[bot]'] };

contract('InMemoryRepositorySetup', {
  fresh: async () => {
    const setup = new InMemoryRepositorySetup(shared);
    return { setup, app: setup };
  },
  furnished: async () => {
    const requires = (name: string) => ({ ...NOTHING, checks: [{ name, source: undefined }] });
    const setup = new InMemoryRepositorySetup({
      ...shared,
      environments: [
        { name: 'tidegate-release', branches: { kind: 'protected' }, hasReviewers: false, canAdminsBypass: undefined },
      ],
      secrets: [{ name: 'KEY', of: 'repository' }],
      protection: { main: requires('ci') },
      rules: { main: requires('lint') },
      tagRulesets: [{ include: ['refs/tags/m@*'], exclude: [], rules: ['deletion'] }],
      workflowFiles: ['model-ci.yml'],
    });
    return { setup, app: setup };
  },
});

expectDescribed(world);
