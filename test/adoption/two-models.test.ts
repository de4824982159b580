import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdoptedRepository, type JudgedPullRequest } from './adopted-repository.ts';

const TIMEOUT_MS = 240_000;
const CI = '.github/workflows/model-ci.yml';

let repository: AdoptedRepository;
beforeAll(async () => {
  repository = await AdoptedRepository.create('two-models');
}, TIMEOUT_MS);
afterAll(() => repository?.stop());

const text = (file: string) => readFile(path.join(repository.clone, file), 'utf8');
/** The models with a leg that judged them. */
const judged = ({ checks }: JudgedPullRequest) =>
  [...checks]
    .flatMap(([name, conclusion]) => (conclusion === 'skipped' ? [] : (/^judge \((.*)\)$/.exec(name)?.[1] ?? [])))
    .toSorted();

describe('a repository with two models, whose columns have words', () => {
  it('is adopted by init, with one model and its release', { timeout: TIMEOUT_MS }, async () => {
    const { exitCode, output } = await repository.init('--store', path.join(repository.store, 'figure'));
    expect(exitCode, output).toBe(0);
    const first = await repository.propose('adopt', {});
    expect(first.checks.get('tidegate'), first.log).toBe('success');
    const release = await repository.merge(first.number);
    expect(await repository.tags(), release).toEqual(['figure@v0.1.0']);
  });

  it('takes a second model by a second run, which shows the difference first', { timeout: TIMEOUT_MS }, async () => {
    await repository.fromMain();
    const [config, ci] = [await text('tidegate.yaml'), await text(CI)];
    const store = path.join(repository.store, 'tumour');
    const shown = await repository.init('--store', store, '--dry-run');
    expect(shown.exitCode, shown.output).toBe(0);
    expect(shown.output).toContain(`+++ b/${CI}`);
    expect(await text(CI)).toBe(ci);
    const { exitCode, output } = await repository.init('--store', store);
    expect(exitCode, output).toBe(0);
    expect((await text('tidegate.yaml')).startsWith(config.trimEnd())).toBe(true);
    const second = await repository.propose('second', {});
    // The workflow itself has changed, so that both are judged by it.
    expect(judged(second), second.log).toEqual(['figure', 'tumour']);
    expect(second.checks.get('tidegate'), second.log).toBe('success');
    const release = await repository.merge(second.number);
    expect((await repository.tags()).toSorted(), release).toEqual(['figure@v0.1.0', 'tumour@v0.1.0']);
  });

  it('judges and releases only the model that a change touches', { timeout: TIMEOUT_MS }, async () => {
    await repository.fromMain();
    const better = await repository.propose('better', await repository.edited('tumour/train.py', 'C = 1.0', 'C = 0.5'));
    expect(better.checks.get('tidegate'), better.log).toBe('success');
    expect(judged(better)).toEqual(['tumour']);
    const release = await repository.merge(better.number);
    expect((await repository.tags()).toSorted(), release).toEqual(['figure@v0.1.0', 'tumour@v0.1.0', 'tumour@v0.1.1']);
    expect(release).toContain('figure: not affected, nothing that it reads has changed since v0.1.0');
  });

  it('is red where a worse model of one is', { timeout: TIMEOUT_MS }, async () => {
    await repository.fromMain();
    const worse = await repository.propose(
      'worse',
      await repository.edited('figure/train.py', 'DEPTH = 5', 'DEPTH = 1'),
    );
    expect(worse.checks.get('tidegate'), worse.log).toBe('failure');
    expect(judged(worse)).toEqual(['figure']);
  });

  it('is red where training of one fails, and the other is judged all the same', { timeout: TIMEOUT_MS }, async () => {
    await repository.fromMain();
    const broken = await repository.propose('broken', {
      ...(await repository.edited('figure/train.py', 'DEPTH = 5', 'DEPTH = nothing')),
      ...(await repository.edited('tumour/train.py', 'C = 0.5', 'C = 0.6')),
    });
    expect(broken.checks.get('tidegate'), broken.log).toBe('failure');
    expect(Object.fromEntries(broken.checks)).toMatchObject({
      ...{ 'train (figure)': 'failure', 'judge (figure)': 'failure' },
      ...{ 'train (tumour)': 'success', 'judge (tumour)': 'success' },
    });
  });

  it('is green at once where a change touches none', { timeout: TIMEOUT_MS }, async () => {
    await repository.fromMain();
    const words = await repository.propose('words', { 'README.md': 'Two models.\n' });
    expect(words.checks.get('tidegate'), words.log).toBe('success');
    expect(judged(words)).toEqual([]);
    expect(words.log).toContain('Nothing to judge');
    await repository.merge(words.number);
    expect((await repository.tags()).toSorted()).toEqual(['figure@v0.1.0', 'tumour@v0.1.0', 'tumour@v0.1.1']);
  });

  it('asked for nothing that GitHub does not describe', () => expect(repository.forge.violations).toEqual([]));
});
