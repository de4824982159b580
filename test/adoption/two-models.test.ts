import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdoptedRepository } from './adopted-repository.ts';

const TIMEOUT_MS = 180_000;

let repository: AdoptedRepository;
beforeAll(async () => {
  repository = await AdoptedRepository.create('two-models');
}, TIMEOUT_MS);
afterAll(() => repository?.stop());

const CHECKS = ['tidegate', 'tidegate (tumour)'] as const;

describe('a repository with two models, whose columns have words', () => {
  it('is adopted by two runs of init and one commit, and both models are green', { timeout: TIMEOUT_MS }, async () => {
    const started = Date.now();
    for (const store of ['figure', 'tumour']) {
      const { exitCode, output } = await repository.init('--store', path.join(repository.store, store));
      expect(exitCode, output).toBe(0);
    }
    const first = await repository.propose('adopt', {});
    console.log(
      `two-models: 1 commit, ${((Date.now() - started) / 1000).toFixed(0)} s from the clone to a green pull request`,
    );
    for (const check of CHECKS) expect(first.checks.get(check), first.log).toBe('success');
    const release = await repository.merge(first.number);
    expect((await repository.tags()).toSorted(), release).toEqual(['figure@v0.1.0', 'tumour@v0.1.0']);
    expect(await readFile(path.join(repository.clone, 'tidegate.yaml'), 'utf8')).toContain(
      'workflow: model-release-tumour.yml',
    );
  });

  it('a worse model of one is red, and the other stays what it is', { timeout: TIMEOUT_MS }, async () => {
    await repository.fromMain();
    const worse = await repository.propose(
      'worse',
      await repository.edited('figure/train.py', 'DEPTH = 5', 'DEPTH = 1'),
    );
    expect(worse.checks.get('tidegate'), worse.log).toBe('failure');
    expect(worse.checks.get('tidegate (tumour)'), worse.log).toBe('success');
  });

  it('a better one passes', { timeout: TIMEOUT_MS }, async () => {
    await repository.fromMain();
    const better = await repository.propose('better', await repository.edited('tumour/train.py', 'C = 1.0', 'C = 0.5'));
    for (const check of CHECKS) expect(better.checks.get(check), better.log).toBe('success');
  });

  it('asked for nothing that GitHub does not describe', () => expect(repository.forge.violations).toEqual([]));
});
