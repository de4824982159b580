import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdoptedRepository } from './adopted-repository.ts';

// A joblib file, labels in words, no DVC and no bucket: the judge never opens the model.
const CONFIG = `version: 1
models:
  tumour:
    task: binary-classification
    artifact: models/model.joblib
    train: { command: mkdir -p models && python train.py }
    data: { label: diagnosis }
    evaluate:
      dataset: data/test.csv
      predict: python predict.py --model {artifact} --data {dataset} --out {predictions}
      classes: [benign, malignant]
    gate:
      rules:
        - { metric: accuracy, min: 0.8 }
        - { metric: accuracy, max-regression: 0.05 }
    register: { store: "STORE" }
`;

let repository: AdoptedRepository;
beforeAll(async () => {
  repository = await AdoptedRepository.create('scikit-learn');
});
afterAll(() => repository?.stop());

describe('a scikit-learn repository with a joblib file', () => {
  it('is judged by what its own code predicts, and registered as the model that it is', async () => {
    await repository.adopt('tumour', CONFIG);
    const first = await repository.propose('adopt', {});
    expect(first.conclusion, first.log).toBe('success');
    expect(first.evaluation).toMatchObject({
      scoredBy: 'command',
      candidate: { predictions: { file: 'candidate.csv' } },
    });
    const release = await repository.merge(first.number);
    expect(await repository.tags(), release).toEqual(['tumour@v0.1.0']);
    const [predictions] = await readdir(path.join(repository.store, 'predictions'));
    expect(predictions).toBe(`${first.evaluation?.candidate.predictions?.digest.slice(7)}.csv`);
  });

  it('compares a change with the champion, whose predictions the store keeps', async () => {
    await repository.fromMain();
    const worse = await repository.propose(
      'worse',
      await repository.edited('config.yaml', 'features: []', 'features: [mean symmetry]'),
    );
    expect(worse.conclusion, worse.log).toBe('failure');
    expect(worse.evaluation).toMatchObject({
      verdict: 'fail',
      championNote: expect.stringContaining('its scores are those of its registration'),
      comparisons: [{ champion: { version: '0.1.0', scoredBy: 'predictions' } }],
    });
    await repository.fromMain();
    const better = await repository.propose('better', await repository.edited('config.yaml', 'C: 1.0', 'C: 0.5'));
    expect(better.conclusion, better.log).toBe('success');
  });

  it('has nothing to judge where the model stays what it is', async () => {
    await repository.fromMain();
    const readme = await repository.propose('readme', { 'README.md': '# Tumours\n' });
    expect(readme.conclusion, readme.log).toBe('success');
    expect(readme.evaluation).toMatchObject({ verdict: 'pass', unchanged: { version: '0.1.0' } });
  });

  it('scores the champion by the code of its own commit where the test set is another one', async () => {
    await repository.fromMain();
    await repository.python('make_data.py', '--first', '160');
    const changed = await repository.propose('test-set', {
      'predict.py': 'raise SystemExit("the code under review does not score the champion")\n',
    });
    expect(changed.conclusion, changed.log).toBe('failure');
    await repository.fromMain();
    await repository.python('make_data.py', '--first', '160');
    const smaller = await repository.propose(
      'smaller-test-set',
      await repository.edited('config.yaml', 'C: 1.0', 'C: 0.5'),
    );
    expect(smaller.log).toContain('by the code of its own commit');
    expect(smaller.evaluation?.championNote, smaller.log).toContain('it was scored by the code of its own commit');
    expect(smaller.evaluation?.comparisons).toMatchObject([{ champion: { version: '0.1.0', scoredBy: 'command' } }]);
  });

  it('asked for nothing that GitHub does not describe', () => expect(repository.forge.violations).toEqual([]));
});
