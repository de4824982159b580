import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_CHECKED_MANIFESTS } from '../../core/usecases/review/show-config-check.ts';
import { MINIMAL } from '../core/config/mistakes.ts';
import { BotWorld } from './bot-world.ts';

const BROKEN = MINIMAL.replace('roc_auc, min: 0.5', 'roc_auk, min: 0.5, slice: all').replace('label', 'lable');

let world: BotWorld;
beforeAll(async () => {
  world = await BotWorld.start();
});
afterAll(() => world?.stop());

/** A repository whose main has these files, and a way to open pull requests. */
async function repositoryWith(name: string, files: Readonly<Record<string, string>>) {
  const repository = { owner: 'acme', repo: name };
  await world.github.createRepository(`acme/${name}`);
  const clone = await world.clone(`acme/${name}`);
  const main = await world.commit(clone, 'main', files);
  await world.settle();
  const openPull = async (branch: string, changed: Readonly<Record<string, string>>) => {
    const headSha = await world.commit(clone, branch, changed);
    world.writes.arm();
    await world.client().pulls.create({ ...repository, head: branch, base: 'main', title: branch });
    await world.settle();
    return headSha;
  };
  const checksOf = async (ref: string) => {
    const { data } = await world.client().checks.listForRef({ ...repository, ref });
    return data.check_runs.map(({ name: check, conclusion }) => `${check}: ${conclusion}`).sort();
  };
  return { repository, clone, main, openPull, checksOf };
}

describe('tidegate.yaml in a pull request', () => {
  it('that is broken is one failed check, with each problem at its line', async () => {
    const { repository, openPull, checksOf } = await repositoryWith('broken-pull', { 'tidegate.yaml': MINIMAL });
    const headSha = await openPull('break', { 'tidegate.yaml': BROKEN });
    expect(await checksOf(headSha)).toEqual(['tidegate / config: failure', 'tidegate / promotion: success']);
    const { data } = await world.client().checks.listForRef({
      ...repository,
      ref: headSha,
      check_name: 'tidegate / config',
    });
    const { data: notes } = await world.client().checks.listAnnotations({
      ...repository,
      check_run_id: data.check_runs[0]?.id ?? 0,
    });
    expect(notes.map(({ path, start_line, annotation_level }) => [path, start_line, annotation_level])).toEqual([
      ['tidegate.yaml', 6, 'failure'],
      ['tidegate.yaml', 6, 'failure'],
      ['tidegate.yaml', 10, 'failure'],
      ['tidegate.yaml', 10, 'failure'],
    ]);
    expect(notes.at(-1)?.message).toContain('Did you mean "slices"?');
  });

  it('that holds is a check too, and one that is not changed is none', async () => {
    const { openPull, checksOf } = await repositoryWith('good-pull', { 'tidegate.yaml': MINIMAL });
    const changed = await openPull('change', { 'tidegate.yaml': MINIMAL.replace('0.5', '0.6') });
    expect(await checksOf(changed)).toEqual(['tidegate / config: success', 'tidegate / promotion: success']);
    const other = await openPull('other', { 'train.py': '' });
    expect(await checksOf(other)).toEqual(['tidegate / promotion: success']);
  });

  it('mends one that is broken on the default branch, where it changes nothing else: its own config decides its checks', async () => {
    const { main, openPull, checksOf } = await repositoryWith('broken-main', { 'tidegate.yaml': BROKEN });
    expect(world.lastAnswer('push')).toBe(200);
    expect(await checksOf(main)).toEqual(['tidegate / config: failure']);
    const mended = await openPull('mend', { 'tidegate.yaml': MINIMAL });
    expect(await checksOf(mended)).toEqual(['tidegate / config: success', 'tidegate / promotion: success']);
    // No one can say which files are targets: what changes anything else has to wait.
    const other = await openPull('other', { 'train.py': '' });
    expect(await checksOf(other)).toEqual(['tidegate / promotion: failure']);
    const both = await openPull('both', { 'tidegate.yaml': MINIMAL, 'train.py': '' });
    expect(await checksOf(both)).toContain('tidegate / promotion: failure');
    expect(world.lastAnswer('pull_request')).toBe(200);
  });

  it.each([
    ['that is larger than any', 'at-large', `${MINIMAL}# ${'x'.repeat(300_000)}\n`],
    ['of more than 64 KiB', 'large', `${MINIMAL}# ${'x'.repeat(64 * 1024)}\n`],
  ])('%s is one failed check on the default branch', async (_, name, text) => {
    const { main, checksOf } = await repositoryWith(name, { 'tidegate.yaml': text });
    expect(world.lastAnswer('push')).toBe(200);
    expect(await checksOf(main)).toEqual(['tidegate / config: failure']);
  });

  it('is refused for targets that no version could be written into, each at its line', async () => {
    const files = { 'tidegate.yaml': MINIMAL, 'k8s/image.yaml': 'image: ghcr.io/acme/m:1\n' };
    const { repository, openPull, checksOf } = await repositoryWith('targets', files);
    const targets = '[{ file: k8s/image.yaml, path: image }, { file: k8s/absent.yaml, path: uri }]';
    const config = `${MINIMAL.trimEnd()}\n    environments:\n      - { name: staging, targets: ${targets} }\n`;
    const headSha = await openPull('add', { 'tidegate.yaml': config });
    // The row of docs/decisions/api-budget.md.
    expect(world.writes.requests).toBeLessThanOrEqual(22);
    expect(world.writes.count).toBeLessThanOrEqual(2);
    expect(await checksOf(headSha)).toContain('tidegate / config: failure');
    const { data } = await world
      .client()
      .checks.listForRef({ ...repository, ref: headSha, check_name: 'tidegate / config' });
    const [check] = data.check_runs;
    expect(check?.output).toMatchObject({ title: 'tidegate.yaml has 2 problems', annotations_count: 2 });
    expect(check?.output.summary).toContain('k8s/image.yaml names a container image, and the model has no image');
    expect(check?.output.summary).toContain('there is no file k8s/absent.yaml');
    // With what is missing in the same pull request.
    const fixed = await openPull('fix', {
      'tidegate.yaml': config.replace(
        '    environments:',
        '    image: { repository: ghcr.io/acme/m }\n    environments:',
      ),
      'k8s/absent.yaml': 'uri: s3://placeholder\n',
    });
    expect(await checksOf(fixed)).toContain('tidegate / config: success');
  });

  it('looks at a limited number of manifests, and says so', async () => {
    const { repository, openPull } = await repositoryWith('many-targets', { 'tidegate.yaml': MINIMAL });
    const targets = Array.from(
      { length: MAX_CHECKED_MANIFESTS + 2 },
      (_, index) => `{ file: k8s/${index}.yaml, path: uri }`,
    );
    const config = `${MINIMAL.trimEnd()}\n    environments:\n      - { name: staging, targets: [${targets.join(', ')}] }\n`;
    const headSha = await openPull('add', { 'tidegate.yaml': config });
    const { data } = await world
      .client()
      .checks.listForRef({ ...repository, ref: headSha, check_name: 'tidegate / config' });
    expect(data.check_runs[0]?.output.title).toBe(`tidegate.yaml has ${MAX_CHECKED_MANIFESTS} problems`);
    expect(data.check_runs[0]?.output.summary).toContain('The targets in 2 more files were not looked at.');
  });

  it('that is the first of its repository is told with what was found in it, in one comment', async () => {
    const { repository, clone, openPull, checksOf } = await repositoryWith('first', { 'README.md': 'x' });
    const first = await openPull('adopt', { 'tidegate.yaml': BROKEN });
    const { data: pulls } = await world.client().pulls.list(repository);
    const number = pulls[0]?.number ?? 0;
    const comments = async () => {
      const { data } = await world.client().issues.listComments({ ...repository, issue_number: number });
      return data.map(({ body = '' }) => body);
    };
    const [broken = '', ...more] = await comments();
    expect(more).toEqual([]);
    expect(broken).toContain('judged from the next one on');
    expect(broken).toMatch(/Fix before you merge:\n\n- line 6: `/);
    expect(await checksOf(first)).toEqual(['tidegate / config: failure']);
    const fixed = await world.commit(clone, 'adopt', { 'tidegate.yaml': MINIMAL });
    await world.settle();
    const [good = '', ...others] = await comments();
    expect(others).toEqual([]);
    expect(good).not.toContain('Fix before');
    expect(good).toMatch(/\| `m` *\| binary-classification *\| `model.onnx` *\| `[^`]+` *\| +1 \| none/);
    expect(await checksOf(fixed)).toEqual(['tidegate / config: success']);
    expect(world.github.violations).toEqual([]);
  });

  it('that is too large to read fails the check of its pull request too', async () => {
    const { openPull, checksOf } = await repositoryWith('large-pull', { 'tidegate.yaml': MINIMAL });
    const headSha = await openPull('grow', { 'tidegate.yaml': `${MINIMAL}# ${'x'.repeat(300_000)}\n` });
    expect(await checksOf(headSha)).toContain('tidegate / config: failure');
  });

  it('is not asked of a repository that has none', async () => {
    const { main, openPull, checksOf } = await repositoryWith('without', { 'README.md': 'x' });
    const headSha = await openPull('change', { 'train.py': '' });
    expect([...(await checksOf(main)), ...(await checksOf(headSha))]).toEqual([]);
    expect(world.writes.writes).toEqual([]);
    await world.sweep();
    expect(world.lastAnswer('pull_request')).toBe(200);
    expect(world.github.violations).toEqual([]);
  });
});
