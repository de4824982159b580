import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textContent } from '../../core/domain/model/text-content.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { formatVersionTagMessage } from '../../core/reports/version-tag-line.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { runGit } from '../../testkit/git-client.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runProgram } from '../../testkit/run-program.ts';
import { expectComplete, expectRegistered, MODEL, RegisterWorld, sha256 } from './register-world.ts';

let world: RegisterWorld;
let gto: string;

beforeAll(async () => {
  gto = path.join((await ensurePythonEnvironment('checks')).bin, 'gto');
  world = await RegisterWorld.start();
});
afterAll(() => world?.stop());

describe('register', () => {
  it('registers the first version as 0.1.0, and the same bytes again as nothing new', async () => {
    const project = await world.project();
    const first = await project.register('bytes');
    expect(first.exitCode, first.stdout).toBe(0);
    expect(first.outputs).toMatchObject({
      'model-name': MODEL,
      'model-version': '0.1.0',
      tag: `${MODEL}@v0.1.0`,
      created: 'true',
      'artifact-digest': sha256('bytes'),
      'artifact-uri': `${project.storeUri}/sha256/${sha256('bytes').slice(7)}`,
    });
    expect(first.summary).toContain('registered v0.1.0');
    expect(`${first.stdout}${first.stderr}`).not.toContain(world.s3.secretAccessKey);
    expect(await project.tags()).toEqual([`${MODEL}@v0.1.0`]);
    await expectRegistered(project, '0.1.0', 'bytes');
    const commit = await project.push('main');
    const again = await project.register('bytes', { commit });
    expect(again.outputs).toMatchObject({ 'model-version': '0.1.0', created: 'false' });
    expect(again.stdout).toContain('Nothing to register');
    expect(await project.tags()).toHaveLength(1);
    const report = readReport('model-version', await readFile(again.outputs['report-path'] ?? ''), 'report');
    expect(report.lineage.commit).toBe(project.commit);
    expect(world.github.violations).toEqual([]);
  });

  it('is read by GTO itself: versions, their order and their commits', async () => {
    const project = await world.project();
    await project.register('one');
    const commit = await project.push('main');
    const second = await project.register('two', { commit });
    expect(second.outputs).toMatchObject({ 'model-version': '0.1.1', created: 'true' });
    const third = await project.register('three', { commit: await project.push('main'), inputs: { bump: 'major' } });
    expect(third.outputs).toMatchObject({ 'model-version': '1.0.0' });
    await project.tags();
    const env = { ...hostEnvironment(), HOME: world.root, PATH: `${path.dirname(gto)}:${hostEnvironment().PATH}` };
    const show = await runProgram(gto, ['show', MODEL, '--json', '-r', '.'], { cwd: project.clone, env });
    expect(show.exitCode, show.stderr).toBe(0);
    const shown = JSON.parse(show.stdout);
    expect(JSON.stringify(shown)).toContain('v1.0.0');
    const history = await runProgram(gto, ['history', MODEL, '--json', '-r', '.'], { cwd: project.clone, env });
    const events = JSON.parse(history.stdout).filter((event: { event: string }) => event.event === 'registration');
    expect(events.map((event: { version: string }) => event.version).sort()).toEqual(['v0.1.0', 'v0.1.1', 'v1.0.0']);
    expect(JSON.stringify(events)).toContain(commit.slice(0, 7));
  });

  it('makes one version of the same bytes registered twice at the same moment', async () => {
    const project = await world.project();
    const of = project.startRun();
    const runs = await Promise.all([1, 2, 3, 4].map(() => project.register('bytes', { of })));
    for (const { exitCode, stdout } of runs) expect(exitCode, stdout).toBe(0);
    expect(runs.map(({ outputs }) => outputs['model-version'])).toEqual(['0.1.0', '0.1.0', '0.1.0', '0.1.0']);
    expect(runs.filter(({ outputs }) => outputs.created === 'true')).toHaveLength(1);
    expect(await project.tags()).toEqual([`${MODEL}@v0.1.0`]);
    await expectRegistered(project, '0.1.0', 'bytes');
  });

  it('makes two versions of two artifacts registered at the same moment from unrelated commits', async () => {
    const project = await world.project();
    await runGit(project.clone, ['switch', '--quiet', '-c', 'side']);
    const side = await project.push('side');
    await runGit(project.clone, ['switch', '--quiet', 'main']);
    const main = await project.push('main');
    const artifacts = ['of main', 'of side'];
    const runs = await Promise.all([
      project.register('of main', { commit: main }),
      project.register('of side', { commit: side }),
    ]);
    for (const { exitCode, stdout, outputs } of runs) {
      expect(exitCode, stdout).toBe(0);
      expect(outputs.created).toBe('true');
    }
    expect(await project.tags()).toHaveLength(2);
    for (const [index, { outputs }] of runs.entries()) {
      await expectRegistered(project, outputs['model-version'] ?? '', artifacts[index] ?? '');
    }
  });

  it('registers nothing for a commit that the newest version already contains', async () => {
    const project = await world.project();
    const old = project.commit;
    await project.register('new', { commit: await project.push('main') });
    const late = await project.register('old', { commit: old });
    expect(late.outputs).toMatchObject({ created: 'false', 'model-version': '0.1.0' });
    expect(late.stdout).toContain('from this commit or a later one');
  });

  it('is right at the next run, whichever write was its last when it was killed', async () => {
    const sizes: number[] = [];
    for (let last = 1; ; last++) {
      const project = await world.project();
      const artifact = `killed at ${last}`;
      const of = project.startRun();
      let kill = () => {};
      world.writes.arm(last, () => kill());
      const killed = await project.register(artifact, {
        of,
        onStart: (child) => (kill = () => void child.kill('SIGKILL')),
      });
      sizes.push(world.writes.count);
      world.writes.arm();
      const before = await project.tags();
      for (const tag of before) await expectComplete(project, tag, artifact);
      const next = await project.register(artifact, { of });
      expect(next.exitCode, `after ${last} writes: ${next.stdout}`).toBe(0);
      expect(next.outputs).toMatchObject({ 'model-version': '0.1.0', created: String(before.length === 0) });
      expect(await project.tags()).toEqual([`${MODEL}@v0.1.0`]);
      await expectRegistered(project, '0.1.0', artifact);
      if (killed.exitCode === 0) break;
    }
    // The artifact, four documents, the tag and its ref, the copy for people, the run: all were killed at once.
    expect(sizes.length).toBeGreaterThanOrEqual(9);
  });

  it.each([
    { name: 'an evaluation of other bytes', evaluation: { candidate: { digest: sha256('other') } }, says: 'judged' },
    { name: 'a failed verdict', evaluation: { verdict: 'fail' }, says: 'the verdict is fail' },
    { name: 'an open verdict', evaluation: { verdict: 'inconclusive' }, says: 'the verdict is inconclusive' },
    { name: 'a report of another model', evaluation: { model: 'other' }, says: 'other' },
    {
      name: 'inputs that the training says and the commit does not',
      evaluation: { inputsDigest: sha256('of the commit') },
      says: sha256('of the commit'),
    },
    { name: 'a report of a later version', evaluation: { schema: 'tidegate.dev/evaluation/v2' }, says: 'v2 of' },
  ])('refuses $name and writes nothing', async ({ evaluation, says }) => {
    const project = await world.project();
    world.writes.arm();
    const run = await project.register('bytes', { evaluation });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(says);
    expect(run.stdout).not.toContain('    at ');
    expect(world.writes.count).toBe(0);
    expect(await project.tags()).toEqual([]);
  });

  it.each([
    { name: 'a branch', env: { GITHUB_REF: 'refs/heads/of-mallory' }, says: 'refs/heads/of-mallory' },
    {
      name: 'another workflow',
      env: { GITHUB_WORKFLOW_REF: 'NAME/.github/workflows/model-ci.yml@refs/heads/main' },
      says: 'register.workflow: model-ci.yml',
    },
    { name: 'a pull request', env: { GITHUB_EVENT_NAME: 'pull_request' }, says: 'the event pull_request' },
  ])('refuses a run of $name before it writes anything', async ({ env, says }) => {
    const project = await world.project();
    world.writes.arm();
    const named = Object.entries(env).map(([key, value]): [string, string] => [
      key,
      value.replace('NAME', project.name),
    ]);
    const run = await project.register('bytes', { env: Object.fromEntries(named) });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(says);
    expect(world.writes.count).toBe(0);
    expect(await project.tags()).toEqual([]);
  });

  it('keeps no run for later trainings on the word of the training alone', async () => {
    const cases = [
      { name: 'inputs that the judging job could not compute', evaluation: { inputsDigest: null } },
      { name: 'an evaluation of an earlier version', evaluation: { inputsDigest: undefined } },
      {
        name: 'a training that inputs of its action changed',
        run: { overridden: true, inputsDigest: sha256('victim') },
      },
    ];
    for (const { name, ...options } of cases) {
      const project = await world.project();
      const run = await project.register('bytes', options);
      expect(run.outputs, `${name}: ${run.stdout}`).toMatchObject({ created: 'true' });
      const report = readReport('model-version', await readFile(run.outputs['report-path'] ?? ''), 'report');
      expect(report.lineage.inputsDigest, name).toBeNull();
      const runs = await Array.fromAsync(project.store().list('runs/'));
      expect(runs, name).toEqual([]);
    }
  });

  it('lets no run that another one stored before hide its own', async () => {
    const project = await world.project();
    const folder = `runs/${sha256('inputs of bytes').slice(7)}`;
    const planted = JSON.stringify({ planted: true });
    for (const artifact of [sha256('bytes'), sha256('other bytes')]) {
      await project.store().put(`${folder}/${artifact.slice(7)}.json`, textContent(planted), 'if-absent');
    }
    await project.register('bytes');
    await project.tags();
    await expectRegistered(project, '0.1.0', 'bytes');
  });

  it.each([
    { name: 'that says something else of these bytes', change: { profile: { uri: 'x', digest: sha256('planted') } } },
    { name: 'that names another image', change: { image: { reference: 'r', repository: 'r', digest: sha256('i') } } },
    { name: 'that is no document', change: { schema: 'planted' } },
  ])('takes no document for its own $name, though somebody stored and tagged it for this run', async ({ change }) => {
    const project = await world.project();
    const of = project.startRun();
    const honest = await project.register('bytes', { of });
    const text = await readFile(honest.outputs['report-path'] ?? '', 'utf8');
    const planted = `${JSON.stringify({ ...JSON.parse(text), ...change, version: '9.0.0' })}\n`;
    const key = `documents/${sha256(planted).slice(7)}.json`;
    await project.store().put(key, textContent(planted), 'if-absent');
    await project.tags();
    const line = await project.tagLine(`${MODEL}@v0.1.0`);
    if (line === undefined) throw new Error('there is no tag');
    const documents = { 'model-version': { uri: `${project.storeUri}/${key}`, digest: sha256(planted) } };
    const message = formatVersionTagMessage('x', { ...line, documents });
    await runGit(project.clone, ['tag', '--annotate', `${MODEL}@v9.0.0`, '--message', message, project.commit]);
    await runGit(project.clone, ['push', '--quiet', 'origin', `${MODEL}@v9.0.0`, `:${MODEL}@v0.1.0`]);
    Object.assign(of, { status: 'in_progress', conclusion: null, jobs: [] });
    const run = await project.register('bytes', { of });
    expect(run.outputs, run.stdout).toMatchObject({ 'model-version': '0.1.0', created: 'true' });
  });

  it('registers an open verdict where the gate only warns', async () => {
    const project = await world.project();
    const run = await project.register('bytes', { evaluation: { verdict: 'inconclusive', whenInconclusive: 'warn' } });
    expect(run.outputs).toMatchObject({ created: 'true' });
  });

  it('refuses a document of the store that is not what its name says', async () => {
    const project = await world.project();
    await project.register('bytes');
    await project.tags();
    const digest = (await project.tagLine(`${MODEL}@v0.1.0`))?.documents['model-version']?.digest ?? '';
    await project.store().put(`documents/${digest.slice(7)}.json`, textContent('{}'), 'replace');
    const run = await project.register('bytes', { commit: await project.push('main') });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('has other bytes');
    expect(await project.tags()).toHaveLength(1);
  });

  it('refuses an artifact of the store that has other bytes under its digest', async () => {
    const project = await world.project();
    await project.store().put(`sha256/${sha256('bytes').slice(7)}/model.onnx`, textContent('other bytes'), 'replace');
    const run = await project.register('bytes');
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('other bytes');
    expect(await project.tags()).toEqual([]);
  });
});
