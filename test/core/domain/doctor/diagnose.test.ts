import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../core/domain/doctor/diagnose.ts';
import { isRequiredAndMissing } from '../../../../core/domain/doctor/finding.ts';
import { type Looked, seen, unknown } from '../../../../core/domain/doctor/looked.ts';
import type { EnvironmentFacts, SetupFacts } from '../../../../core/domain/doctor/setup-facts.ts';
import { APP_ID, NO_RULES, REGISTER, SOUND } from './setup-facts-samples.ts';

/** What changes, in the words of the titles of items that do not hold any more. */
const lost = (changed: Partial<SetupFacts>, state: 'missing' | 'unknown' = 'missing') =>
  diagnose({ ...SOUND, ...changed })
    .filter((one) => one.state === state)
    .map(({ title }) => title);
const RELEASE = 'Only main may deploy to tidegate-release';
const release = (branches: EnvironmentFacts['branches']): Partial<SetupFacts> => ({
  environments: seen([
    { name: 'tidegate-release', branches, hasReviewers: true, canAdminsBypass: false },
    ...(SOUND.environments.kind === 'seen' ? SOUND.environments.value.slice(1) : []),
  ]),
});
const factOf = <T>(looked: Looked<T>): T => {
  if (looked.kind === 'unknown') throw new Error(looked.needs);
  return looked.value;
};
const RULED = factOf(SOUND.ruled);
const [WORKFLOW] = factOf(SOUND.workflows);

describe('diagnose', () => {
  it('finds nothing missing where all is set up', () => {
    expect(diagnose(SOUND).filter(({ state }) => state !== 'holds')).toEqual([]);
  });

  it.each(Object.entries(SOUND).filter(([, fact]) => (fact as Partial<Looked<unknown>>)?.kind === 'seen'))(
    'never calls an item fine whose facts could not be looked at: %s',
    (name, fact) => {
      const hidden = { [name]: unknown('a permission') };
      const before = diagnose(SOUND).filter(({ state }) => state === 'holds').length;
      const after = diagnose({ ...SOUND, ...hidden });
      // Rules of a branch come from two places: one that says yes is enough.
      if (name === 'protection' || name === 'protectedBranches') return;
      expect(fact).toBeDefined();
      expect(after.filter(({ state }) => state === 'holds').length).toBeLessThan(before);
      expect(after.some((one) => one.state === 'unknown' && one.needs.includes('a permission'))).toBe(true);
      expect(after.filter(isRequiredAndMissing)).toEqual([]);
    },
  );

  it.each([
    ['every branch', { kind: 'all' } as const],
    ['no branch', { kind: 'named', patterns: [] } as const],
    ['a pattern that fits more', { kind: 'named', patterns: [{ id: 1, name: 'ma*', type: 'branch' }] } as const],
    ['a tag of that name', { kind: 'named', patterns: [{ id: 1, name: 'main', type: 'tag' }] } as const],
    [
      'another branch as well',
      {
        kind: 'named',
        patterns: [
          { id: 1, name: 'main', type: 'branch' },
          { id: 2, name: 'next', type: 'branch' },
        ],
      } as const,
    ],
  ])('refuses a release environment that lets %s deploy', (_, branches) => {
    expect(lost(release(branches))).toEqual([RELEASE]);
  });

  it('takes "protected branches only" for what is protected: GitHub lets all through where nothing is', () => {
    const protectedOnly = release({ kind: 'protected' });
    expect(lost({ ...protectedOnly, protectedBranches: seen([]) })).toEqual([RELEASE]);
    expect(lost({ ...protectedOnly, protectedBranches: seen(['main', 'next']) })).toEqual([RELEASE]);
    expect(lost({ ...protectedOnly, protectedBranches: seen(['main']) })).toEqual([]);
    expect(lost({ ...protectedOnly, protectedBranches: unknown('contents: read') }, 'unknown')).toEqual([RELEASE]);
  });

  it('asks for an environment that is not there, as GitHub would make it without any rule', () => {
    expect(lost({ environments: seen([]) })).toEqual([RELEASE, 'Only main may deploy to tidegate-data']);
  });

  it.each(['repository', 'organisation'] as const)('refuses a key that writes as a secret of the %s', (of) => {
    const found = diagnose({ ...SOUND, secrets: seen([{ name: 'TIDEGATE_DATA_SECRET_ACCESS_KEY', of }]) });
    const missing = found.filter(isRequiredAndMissing);
    expect(missing.map(({ area }) => area)).toEqual(['environments']);
  });

  it('wants the promotion check from the App and from no other source', () => {
    const title = 'The check tidegate / promotion is required, from the App';
    for (const source of [undefined, 15368]) {
      const checks = [
        { name: 'tidegate', source: 15368 },
        { name: 'tidegate / promotion', source },
      ];
      expect(lost({ ruled: seen({ ...RULED, checks }) })).toEqual([title]);
    }
    expect(lost({ ruled: seen({ ...RULED, checks: [] }) })).toContain(title);
  });

  it('does not say that a check is missing where one of the two places is hidden', () => {
    const hidden = { ruled: seen(NO_RULES), protection: unknown('administration: read') };
    expect(diagnose({ ...SOUND, ...hidden }).filter((one) => one.area === 'branch' && one.state !== 'unknown')).toEqual(
      [],
    );
  });

  it('takes a branch that is protected in the older way for as good', () => {
    expect(lost({ ruled: seen(NO_RULES), protection: SOUND.ruled })).toEqual([]);
  });

  it('takes one job for each model for as good as one for all', () => {
    const models = SOUND.config.kind === 'parsed' ? SOUND.config.models : [];
    const second = models.map((one) => ({ ...one, name: 'eta', store: 's3://models/eta' }));
    const config = { kind: 'parsed', models: [...models, ...second] } as const;
    const promotion = { name: 'tidegate / promotion', source: APP_ID };
    const of = (...names: string[]) => names.map((name) => ({ name, source: 15368 }));
    const tags = seen([{ include: ['~ALL'], exclude: [], rules: ['update', 'deletion', 'creation'] }]);
    const withChecks = (checks: { name: string; source: number }[]) =>
      lost({ config, tagRulesets: tags, ruled: seen({ ...RULED, checks: [...checks, promotion] }) });
    expect(withChecks(of('tidegate (flights)', 'tidegate (eta)'))).toEqual([]);
    expect(withChecks(of('tidegate (flights)'))).toEqual(['The check tidegate is required, from GitHub Actions']);
  });

  it('sees that a star of a ruleset does not reach a model whose name has folders', () => {
    const models = [
      { name: 'team/eta', store: 's3://a', releaseWorkflow: undefined, retrainWorkflow: undefined, targets: [] },
    ];
    const config = { kind: 'parsed', models } as const;
    expect(lost({ config })).toContain('Version tags cannot be changed or deleted');
    const rules = ['update', 'deletion', 'creation'];
    expect(lost({ config, tagRulesets: seen([{ include: ['refs/tags/**/*@v*'], exclude: [], rules }]) })).toEqual([]);
  });

  it.each([
    ['another name', { key: 'publish', name: undefined }],
    ['a shown name of its own', { name: 'Register the model' }],
  ])('wants the job that registers to be called register: %s', (_, changed) => {
    const workflows = seen([{ ...(WORKFLOW ?? raise()), jobs: [{ ...REGISTER, ...changed }] }]);
    expect(lost({ workflows })).toEqual(['model-release.yml has a job named register']);
  });

  it('takes the legs of a matrix for jobs that register, as a version is believed by them', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a workflow has it
    const jobs = [{ ...REGISTER, name: 'register (${{ matrix.model }})' }];
    expect(lost({ workflows: seen([{ ...(WORKFLOW ?? raise()), jobs }]) })).toEqual([]);
  });

  it.each([
    ['by a key', { reads: ['TIDEGATE_WRITE_ACCESS_KEY_ID'], uses: [] }],
    ['by a role', { reads: ['TIDEGATE_RELEASE_ROLE'], uses: [] }],
    ['by its action', { reads: [] }],
  ])('wants the environment on a job that writes %s', (_, changed) => {
    const jobs = [{ ...REGISTER, ...changed, environment: undefined }];
    expect(lost({ workflows: seen([{ ...(WORKFLOW ?? raise()), jobs }]) })).toEqual([
      'Jobs that use write keys name the environment of these keys',
    ]);
  });

  it.each(['v1', 'main', 'a'.repeat(39), `${'a'.repeat(40)}0`])('refuses an action of Tidegate at %s', (ref) => {
    const jobs = [{ ...REGISTER, uses: [`tidegate/tidegate/actions/register@${ref}`] }];
    expect(lost({ workflows: seen([{ ...(WORKFLOW ?? raise()), jobs }]) })).toEqual([
      'Actions of Tidegate are pinned by a commit SHA',
    ]);
  });

  it('recommends the permissions by which a job that judges finds an accepted test set', () => {
    const uses = [`tidegate/tidegate/actions/evaluate-and-gate@${'a'.repeat(40)}`];
    const judging = (own: readonly string[] | undefined, shared: readonly string[] | undefined) => {
      const jobs = [REGISTER, { ...REGISTER, key: 'tidegate', name: undefined, uses, permissions: own }];
      return lost({ workflows: seen([{ ...(WORKFLOW ?? raise()), permissions: shared, jobs }]) });
    };
    const title = 'Jobs that judge can read /tidegate rebaseline';
    expect(judging(['checks', 'contents'], [])).toEqual([title]);
    expect(judging(undefined, [])).toEqual([title]);
    expect(judging(['checks', 'pull-requests'], [])).toEqual([]);
    expect(judging(undefined, ['all'])).toEqual([]);
  });

  it('refuses pull_request_target where Tidegate is used, and mentions it elsewhere', () => {
    const target = { ...(WORKFLOW ?? raise()), events: ['pull_request_target'] };
    expect(lost({ workflows: seen([target]) })).toEqual([
      'Workflows that use Tidegate do not run on pull_request_target',
    ]);
    const other = {
      file: 'label.yml',
      isReadable: true,
      events: ['pull_request_target'],
      permissions: undefined,
      jobs: [],
    };
    expect(lost({ workflows: seen([WORKFLOW ?? raise(), other]) })).toEqual([
      'No other workflow runs on pull_request_target',
    ]);
  });

  it('names a permission and an event that the App lacks', () => {
    const app = factOf(SOUND.app) ?? raise();
    const { checks: _, ...permissions } = factOf(app.granted).permissions;
    expect(lost({ app: seen({ ...app, granted: seen({ permissions, events: [] }) }) })).toEqual([
      'The App has the permissions that the bot needs',
      'The App is subscribed to the events that the bot needs',
    ]);
    expect(lost({ app: seen(undefined) })).toContain('The App is installed');
  });

  it('asks for nothing that only the bot needs where there is none', () => {
    const ruled = seen({ ...RULED, checks: [{ name: 'tidegate', source: 15368 }] });
    const without = { wanted: undefined, app: seen(undefined), ruled };
    expect(lost(without)).toEqual([]);
    expect(diagnose({ ...SOUND, ...without }).filter(({ area }) => area === 'app' || area === 'health')).toEqual([]);
  });

  it.each([0, 302, 401, 502])('says that the bot is not reached where the last webhook got %i', (statusCode) => {
    const app = factOf(SOUND.app) ?? raise();
    const deliveries = seen({ event: 'push', statusCode, failed: 2, of: 20 });
    expect(lost({ app: seen({ ...app, deliveries }) })).toEqual(['Webhooks reach the bot']);
    expect(lost({ app: seen({ ...app, deliveries: seen(undefined) }) })).toEqual([]);
  });

  it('wants of each environment with health a deadline, a creator and a word of that creator', () => {
    const [health = raise()] = SOUND.health;
    const bad = {
      ...health,
      hasDeadline: false,
      creator: undefined,
      said: seen('by-another' as const),
      mayWrite: seen(false),
    };
    expect(
      diagnose({ ...SOUND, health: [bad] })
        .filter((one) => one.state === 'missing')
        .map(({ area }) => area),
    ).toEqual(Array(4).fill('health'));
  });

  it.each([[{ kind: 'absent' } as const], [{ kind: 'broken', problems: ['line 3: has a tab'] } as const]])(
    'goes on where tidegate.yaml is $kind',
    (config) => {
      const found = diagnose({ ...SOUND, config });
      expect(found.filter(isRequiredAndMissing).map(({ area }) => area)).toEqual(['config']);
      expect(found.length).toBeGreaterThan(10);
    },
  );

  it('refuses one store for two models, whatever its slashes', () => {
    const [model = raise()] = SOUND.config.kind === 'parsed' ? SOUND.config.models : [];
    const config = { kind: 'parsed', models: [model, { ...model, name: 'eta', store: `${model.store}//` }] } as const;
    expect(lost({ config })).toContain('Each model has its own store');
  });

  it('says a fix with each item that is missing', () => {
    const bare: SetupFacts = {
      ...SOUND,
      environments: seen([]),
      ruled: seen(NO_RULES),
      tagRulesets: seen([]),
      owners: seen(undefined),
      workflows: seen([]),
      app: seen(undefined),
    };
    for (const one of diagnose(bare)) {
      if (one.state === 'missing') expect(one.fix.where.length, one.title).toBeGreaterThan(20);
    }
  });
});

function raise(): never {
  throw new Error('the sample has none');
}
