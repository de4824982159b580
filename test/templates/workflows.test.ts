import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listActions, readActionMetadata } from '../../scripts/action-metadata.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { runProgram } from '../../testkit/run-program.ts';
import { isConditionMet, type Scope } from '../../testkit/runner/expression.ts';
import { isTriggered, type Job, parseWorkflow } from '../../testkit/runner/workflow.ts';

const files = globSync('templates/workflows/*.yml', { cwd: PROJECT_ROOT }).sort();
const textOf = (file: string) => readFileSync(join(PROJECT_ROOT, file), 'utf8');
const templateOf = (name: string) => parseWorkflow(textOf(`templates/workflows/${name}`), name);

/** Whether a job runs what the team wrote: a script, its packages or its training. */
const runsTeamCode = (job: Job) =>
  job.steps.some(
    ({ run, uses }) => /pip install|__UPDATE_COMMAND__/.test(run ?? '') || /\/(?:train|setup-python)@/.test(uses ?? ''),
  );

/** Whether a job gets what can write to the store or to the data, or what can write tags and branches. */
const mayWrite = (job: Job) =>
  /TIDEGATE_(?:WRITE|RELEASE|DATA)_/.test(JSON.stringify(job)) ||
  /"(?:contents|packages)":"write"/.test(JSON.stringify(job));

const ON_DEFAULT_BRANCH = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)";

describe.each(files)('%s', (file) => {
  const text = textOf(file);
  const workflow = parseWorkflow(text, file);
  const steps = workflow.jobs.flatMap((job) => job.steps);

  it('grants nothing by default, and each job what it names', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of workflow.jobs) expect(job.permissions).toBeTypeOf('object');
  });

  it("gives a job with the team's code a token that only reads, and no identity but that of its environment", () => {
    for (const job of workflow.jobs.filter(runsTeamCode)) {
      const granted = Object.entries(Object(job.permissions)).filter(([, level]) => level !== 'read');
      expect(granted, job.key).toEqual(job.environment === undefined ? [] : [['id-token', 'write']]);
    }
  });

  it("gives a job with the team's code no credentials of the store that write", () => {
    for (const job of workflow.jobs.filter(runsTeamCode))
      expect(JSON.stringify(job)).not.toMatch(/TIDEGATE_(?:WRITE|RELEASE)_/);
  });

  it("runs none of the team's code in a job that judges, packs or registers", () => {
    const isOurs = (job: Job) =>
      job.steps.some(({ uses }) => /\/(?:evaluate-and-gate|build-image|register|drift-check)@/.test(uses ?? ''));
    for (const job of workflow.jobs.filter(isOurs)) expect(runsTeamCode(job), job.key).toBe(false);
  });

  it('lets only the default branch reach a job that may write, and keeps its keys in an environment', () => {
    for (const job of workflow.jobs.filter(mayWrite)) {
      expect(job.condition?.replace(/\s+/g, ' '), job.key).toContain(ON_DEFAULT_BRANCH);
      const hasKeys = /TIDEGATE_(?:WRITE|RELEASE|DATA)_/.test(JSON.stringify(job));
      const environment = /TIDEGATE_DATA_/.test(JSON.stringify(job)) ? 'tidegate-data' : 'tidegate-release';
      expect(job.environment, job.key).toBe(hasKeys ? environment : undefined);
    }
  });

  it('pins every action by SHA: ours by forty zeros until a release', () => {
    for (const { uses } of steps.filter((step) => step.uses !== undefined)) {
      expect(uses).toMatch(
        /^(?:tidegate\/tidegate\/actions\/[\w-]+@0{40}|(?:actions|docker|aws-actions)\/[\w-]+@[0-9a-f]{40})$/,
      );
    }
  });

  it('persists no credentials, limits the time of each job, and names a concurrency group', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.every((step) => step.with['persist-credentials'] === false)).toBe(true);
    for (const job of workflow.jobs) expect(Number(job.timeoutMinutes)).toBeLessThan(360);
    expect(workflow.concurrency).toHaveProperty('group');
  });

  it('filters by no path', () => {
    expect(text).not.toMatch(/^\s+paths(?:-ignore)?:/m);
  });

  it('gives our actions only inputs that they have', () => {
    for (const { uses, with: given } of steps) {
      const name = /\/actions\/([\w-]+)@0/.exec(uses ?? '')?.[1];
      if (name === undefined || !listActions().includes(name)) continue;
      expect(Object.keys(readActionMetadata(name).inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
    }
  });

  it('has no tokens but those that init fills in', () => {
    const tokens = new Set([...text.matchAll(/__[A-Z_]+?__/g)].map(([token]) => token));
    const known = ['__MODEL__', '__SLUG__', '__BRANCH__', '__UPDATE_COMMAND__'];
    expect([...tokens].filter((token) => !known.includes(token))).toEqual([]);
  });
});

describe('model-ci.yml', () => {
  const workflow = templateOf('model-ci.yml');

  it('has a job named tidegate that runs on pull requests and in the merge queue', () => {
    expect(workflow.jobs.map(({ key, name }) => [key, name])).toEqual([
      ['train', 'train'],
      ['tidegate', 'tidegate'],
    ]);
    expect(isTriggered(workflow, { event: 'pull_request', action: 'synchronize', ref: 'refs/heads/main' })).toBe(true);
    expect(isTriggered(workflow, { event: 'merge_group', action: 'checks_requested' })).toBe(true);
  });

  it.each(['failure', 'cancelled', 'skipped'])('is red, not skipped, where the training ended with %s', (result) => {
    const job = workflow.jobs.find(({ key }) => key === 'tidegate');
    const scope = (status: Scope['status']): Scope => ({
      status,
      workspace: '/nonexistent',
      contexts: { needs: { train: { result, outputs: {} } }, vars: {}, github: {} },
    });
    // GitHub takes a skipped check for a success.
    for (const status of ['failure', 'cancelled'] as const)
      expect(isConditionMet(job?.condition, scope(status))).toBe(true);
    const [first, ...rest] = job?.steps ?? [];
    expect(first?.run).toContain('exit 1');
    expect(isConditionMet(first?.condition, scope('success'))).toBe(true);
    for (const step of rest) expect(isConditionMet(step.condition, scope('failure')), step.name).toBe(false);
  });

  it('goes on where the training succeeded', () => {
    const [first] = workflow.jobs.find(({ key }) => key === 'tidegate')?.steps ?? [];
    const contexts = { needs: { train: { result: 'success', outputs: {} } } };
    expect(isConditionMet(first?.condition, { status: 'success', workspace: '/nonexistent', contexts })).toBe(false);
  });
});

describe('model-release.yml', () => {
  it('queues releases of a model and cancels none', () => {
    const { concurrency } = templateOf('model-release.yml');
    expect(concurrency).toEqual({ group: 'tidegate-release-__SLUG__', 'cancel-in-progress': false });
  });

  it('trains as model-ci.yml does', () => {
    const train = (name: string) => templateOf(name).jobs.find(({ key }) => key === 'train');
    const { outputs, ...job } = { ...train('model-ci.yml') };
    // A pull request records nothing.
    const released = { ...outputs, 'to-record': `\${{ steps.train.outputs.to-record }}` };
    expect(train('model-release.yml')).toEqual({ ...job, outputs: released });
  });

  it('hands on exactly what was made: each job takes the artifacts whose ids the job before it gave', () => {
    for (const { jobs } of [templateOf('model-release.yml'), templateOf('model-release-image.yml')]) {
      const given = jobs.flatMap(({ steps }) => steps.flatMap((step) => Object.entries(step.with)));
      for (const [input, value] of given.filter(([name]) => name.endsWith('-artifact-id'))) {
        expect(String(value)).toMatch(new RegExp(`^\\$\\{\\{ needs\\.(train|judge)\\.outputs\\.${input} \\}\\}$`));
      }
      expect(given.filter(([name]) => name.endsWith('-artifact-id')).length).toBeGreaterThanOrEqual(3);
    }
  });

  it('differs from its sibling with an image in the image alone', () => {
    const [plain, withImage] = [templateOf('model-release.yml'), templateOf('model-release-image.yml')];
    for (const name of ['train', 'judge', 'record']) {
      const job = (workflow: typeof plain) => workflow.jobs.find(({ key }) => key === name);
      expect(job(withImage)).toEqual(job(plain));
    }
    expect(plain.jobs.map(({ key }) => key)).toEqual(['train', 'judge', 'record', 'register']);
    expect(withImage.jobs.map(({ key }) => key)).toEqual(['train', 'judge', 'image', 'record', 'register']);
    expect(withImage.on).toEqual(plain.on);
  });
});

describe('the job record', () => {
  const jobs = ['model-release.yml', 'model-release-image.yml'].flatMap((name) =>
    ['record', 'register'].map((key) => templateOf(name).jobs.find((job) => job.key === key)),
  );
  const scopeOf = (results: Readonly<Record<string, string>>, toRecord: string): Scope => ({
    // The condition says itself what it needs.
    status: Object.values(results).includes('failure') ? 'failure' : 'success',
    workspace: '/nonexistent',
    contexts: {
      needs: Object.fromEntries(
        Object.entries(results).map(([name, result]) => [name, { result, outputs: { 'to-record': toRecord } }]),
      ),
      github: { ref: 'refs/heads/main', event: { repository: { default_branch: 'main' } } },
    },
  });

  it.each([
    { train: 'true', judge: 'success', runs: true },
    { train: 'false', judge: 'success', runs: false },
    { train: '', judge: 'success', runs: false },
    { train: 'true', judge: 'failure', runs: false },
  ])('runs: $runs where the training says "$train" and the judge ended with $judge', ({ train, judge, runs }) => {
    for (const job of jobs.filter((one) => one?.key === 'record')) {
      expect(isConditionMet(job?.condition, scopeOf({ train: 'success', judge }, train))).toBe(runs);
    }
  });

  it.each([
    { record: 'success', judge: 'success', runs: true },
    { record: 'skipped', judge: 'success', runs: true },
    { record: 'failure', judge: 'success', runs: false },
    { record: 'cancelled', judge: 'success', runs: false },
    { record: 'skipped', judge: 'failure', runs: false },
    { record: 'skipped', judge: 'skipped', runs: false },
  ])('lets register run: $runs after $record, where the judge ended with $judge', ({ record, judge, runs }) => {
    for (const job of jobs.filter((one) => one?.key === 'register')) {
      expect(isConditionMet(job?.condition, scopeOf({ judge, record, image: judge }, 'true'))).toBe(runs);
    }
  });
});

describe('the workflows of several models', () => {
  const ci = templateOf('models-ci.yml');
  const jobOf = (workflow: typeof ci, key: string) => workflow.jobs.find((job) => job.key === key);
  /** As GitHub evaluates it where the jobs that it needs ended so. */
  const scopeOf = (needs: Readonly<Record<string, string>>, models: string, status: Scope['status']): Scope => ({
    status,
    workspace: '/nonexistent',
    contexts: {
      needs: Object.fromEntries(
        Object.entries(needs).map(([name, result]) => [
          name,
          { result, outputs: { models: name === 'plan' ? models : '', 'to-record-0': 'true' } },
        ]),
      ),
      github: { ref: 'refs/heads/main', event: { repository: { default_branch: 'main' } } },
      strategy: { 'job-index': 0 },
      matrix: { model: 'eta' },
      vars: {},
    },
  });

  it('have the check tidegate, which no matrix renames and which always reports', () => {
    const closing = jobOf(ci, 'tidegate');
    expect(closing).toMatchObject({ name: 'tidegate', matrix: undefined, needs: ['plan', 'train', 'judge'] });
    for (const status of ['success', 'failure', 'cancelled'] as const) {
      expect(isConditionMet(closing?.condition, scopeOf({ plan: status }, '', status)), status).toBe(true);
    }
  });

  const RESULTS = ['success', 'failure', 'cancelled', 'skipped'] as const;
  const all = RESULTS.flatMap((plan) =>
    RESULTS.flatMap((train) =>
      RESULTS.flatMap((judge) => ['', '[]', '["eta"]', 'null'].map((models) => ({ plan, train, judge, models }))),
    ),
  );

  it('are green in the check only where all legs succeeded, or the plan affects none', async () => {
    const [step] = jobOf(ci, 'tidegate')?.steps ?? [];
    const green: unknown[] = [];
    for (const { plan, train, judge, models } of all) {
      const env = { PATH: process.env.PATH ?? '', PLAN: plan, TRAIN: train, JUDGE: judge, MODELS: models };
      const { exitCode } = await runProgram('bash', ['-e', '-c', step?.run ?? 'exit 3'], { cwd: PROJECT_ROOT, env });
      if (exitCode === 0) green.push([plan, train, judge, models]);
    }
    expect(green).toEqual([
      ['success', 'success', 'success', '["eta"]'],
      ['success', 'skipped', 'skipped', '[]'],
    ]);
  });

  it.each(['models-ci.yml', 'models-release.yml', 'models-release-image.yml'])(
    'expand no matrix in %s that the plan left empty, or did not write',
    (name) => {
      const workflow = templateOf(name);
      const legs = workflow.jobs.filter(({ matrix }) => matrix !== undefined);
      expect(legs.length).toBeGreaterThanOrEqual(2);
      for (const job of legs) {
        const ended = (plan: string) =>
          Object.fromEntries(job.needs.map((need) => [need, need === 'plan' ? plan : 'success']));
        expect(isConditionMet(job.condition, scopeOf(ended('success'), '[]', 'success')), job.key).toBe(false);
        expect(isConditionMet(job.condition, scopeOf(ended('failure'), '', 'failure')), job.key).toBe(false);
        expect(isConditionMet(job.condition, scopeOf(ended('success'), '["eta"]', 'success')), job.key).toBe(true);
      }
    },
  );

  it('go on with the other models where one failed, and fail the leg of that one', () => {
    for (const name of ['models-ci.yml', 'models-release.yml', 'models-release-image.yml']) {
      for (const job of templateOf(name).jobs.filter(({ key }) => ['judge', 'image', 'register'].includes(key))) {
        const scope = scopeOf(
          { plan: 'success', train: 'failure', judge: 'failure', image: 'failure' },
          '["eta"]',
          'failure',
        );
        expect(isConditionMet(job.condition, scope), job.key).toBe(true);
        expect(isConditionMet(job.steps[0]?.condition, { ...scope, status: 'success' }), job.key).toBe(true);
        expect(job.steps[0]?.run).toContain('exit 1');
      }
    }
  });

  it('let each leg write the output of its own place alone', () => {
    for (const name of ['models-ci.yml', 'models-release.yml', 'models-release-image.yml']) {
      for (const job of templateOf(name).jobs.filter(({ matrix }) => matrix !== undefined)) {
        for (const [output, value] of Object.entries(job.outputs)) {
          expect(output, job.key).toMatch(/-0$/);
          expect(value).toMatch(/^\$\{\{ strategy\.job-index == 0 && .* \|\| '' \}\}$/);
        }
      }
    }
  });

  it('register only when no training of the run is at work', () => {
    for (const name of ['models-release.yml', 'models-release-image.yml']) {
      expect(jobOf(templateOf(name), 'register')?.needs).toEqual(expect.arrayContaining(['plan', 'train', 'judge']));
      expect(templateOf(name).concurrency).toEqual({ group: 'tidegate-release', 'cancel-in-progress': false });
    }
  });

  it('do the same for each model as those of one model', () => {
    const without = (steps: Job['steps'] | undefined) =>
      (steps ?? [])
        .filter(({ name }) => name?.startsWith('Fail ') !== true)
        .map((step) => ({ ...step, condition: undefined, with: { ...step.with, model: '' } }))
        .map((step) =>
          JSON.parse(
            JSON.stringify(step).replaceAll(
              /needs\.(\w+)\.outputs\[format\('([\w-]+)-\{0\}', strategy\.job-index\)\]/g,
              'needs.$1.outputs.$2',
            ),
          ),
        );
    const pairs = [
      ['model-ci.yml', 'train', 'models-ci.yml', 'train'],
      ['model-ci.yml', 'tidegate', 'models-ci.yml', 'judge'],
      ...(['train', 'judge', 'record', 'register'] as const).map(
        (key) => ['model-release.yml', key, 'models-release.yml', key] as const,
      ),
      ...(['train', 'judge', 'image', 'record', 'register'] as const).map(
        (key) => ['model-release-image.yml', key, 'models-release-image.yml', key] as const,
      ),
    ] as const;
    for (const [one, oneJob, several, job] of pairs) {
      const [left, right] = [jobOf(templateOf(one), oneJob), jobOf(templateOf(several), job)];
      expect(without(right?.steps), `${several} ${job}`).toEqual(without(left?.steps));
      expect(right?.permissions).toEqual(left?.permissions);
      expect(right?.env).toEqual(left?.env);
    }
  });
});

describe('all templates', () => {
  it('are the workflows that the contract names, the release with an image, and those of several models', () => {
    const names = [
      'model-ci.yml',
      'model-release-image.yml',
      'model-release.yml',
      'model-retrain.yml',
      'model-watch.yml',
      ...['models-ci.yml', 'models-release-image.yml', 'models-release.yml'],
    ];
    expect(files.map((file) => basename(file))).toEqual(names);
  });
});
