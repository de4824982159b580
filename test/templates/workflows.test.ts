import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listActions, readActionMetadata } from '../../scripts/action-metadata.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { isTriggered, type Job, parseWorkflow } from '../testkit/runner/workflow.ts';

const files = globSync('templates/workflows/*.yml', { cwd: PROJECT_ROOT }).sort();
const textOf = (file: string) => readFileSync(join(PROJECT_ROOT, file), 'utf8');
const templateOf = (name: string) => parseWorkflow(textOf(`templates/workflows/${name}`), name);

/** Whether a job runs what the team wrote: a script, its packages or its training. */
const runsTeamCode = (job: Job) =>
  job.steps.some(
    ({ run, uses }) =>
      /pip install|__UPDATE_COMMAND__/.test(run ?? '') || /\/train@|\/evaluate-and-gate@/.test(uses ?? ''),
  );

describe.each(files)('%s', (file) => {
  const text = textOf(file);
  const workflow = parseWorkflow(text, file);
  const steps = workflow.jobs.flatMap((job) => job.steps);

  it('grants nothing by default, and each job what it names', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of workflow.jobs) expect(job.permissions).toBeTypeOf('object');
  });

  it("lets a job with the team's code read the contents and nothing else", () => {
    for (const job of workflow.jobs.filter(runsTeamCode)) expect(job.permissions).toEqual({ contents: 'read' });
  });

  it("gives a job with the team's code no credentials of the store that write", () => {
    for (const job of workflow.jobs.filter(runsTeamCode))
      expect(JSON.stringify(job.env)).not.toContain('TIDEGATE_WRITE_');
  });

  it('pins every action by SHA: ours by forty zeros until a release', () => {
    for (const { uses } of steps.filter((step) => step.uses !== undefined)) {
      expect(uses).toMatch(/^(?:tidegate\/tidegate\/actions\/[\w-]+@0{40}|(?:actions|docker)\/[\w-]+@[0-9a-f]{40})$/);
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
  it('has a job named tidegate that runs on pull requests and in the merge queue', () => {
    const workflow = templateOf('model-ci.yml');
    expect(workflow.jobs.map(({ name, condition }) => ({ name, condition }))).toEqual([
      { name: 'tidegate', condition: undefined },
    ]);
    expect(isTriggered(workflow, { event: 'pull_request', action: 'synchronize', ref: 'refs/heads/main' })).toBe(true);
    expect(isTriggered(workflow, { event: 'merge_group', action: 'checks_requested' })).toBe(true);
  });
});

describe('model-release.yml', () => {
  it('queues releases of a model and cancels none', () => {
    const { concurrency } = templateOf('model-release.yml');
    expect(concurrency).toEqual({ group: 'tidegate-release-__SLUG__', 'cancel-in-progress': false });
  });

  it('differs from its sibling with an image in the image alone', () => {
    const [plain, withImage] = [templateOf('model-release.yml'), templateOf('model-release-image.yml')];
    const judge = (workflow: typeof plain) => workflow.jobs.find(({ key }) => key === 'judge');
    expect(judge(withImage)).toEqual(judge(plain));
    expect(withImage.jobs.map(({ key }) => key)).toEqual(['judge', 'image', 'register']);
    expect(withImage.on).toEqual(plain.on);
  });
});

describe('all templates', () => {
  it('are the workflows that the contract names, and the release with an image', () => {
    const names = [
      'model-ci.yml',
      'model-release-image.yml',
      'model-release.yml',
      'model-retrain.yml',
      'model-watch.yml',
    ];
    expect(files.map((file) => basename(file))).toEqual(names);
  });
});
