import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
