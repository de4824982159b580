import { describe, expect, it } from 'vitest';
import { targetProblems } from '../../../core/config/target-problems.ts';
import { MINIMAL } from './mistakes.ts';

const CONFIG = `${MINIMAL.trimEnd()}
    register: { store: "s3://models/m" }
    environments:
      - name: staging
        targets:
          - { file: a.yaml, path: uri }
          - { file: gone.yaml, path: uri }
      - name: production
        targets: [{ file: a.yaml, path: image }, { file: huge.yaml, path: uri }, { file: other.yaml, path: uri }]
`;
const lineOf = (text: string) => CONFIG.split('\n').findIndex((line) => line.includes(text)) + 1;

describe('targetProblems', () => {
  it('are all told at once, each at its target', () => {
    const found = targetProblems(CONFIG, [
      { file: 'a.yaml', text: 'uri: ""\nimage: ghcr.io/acme/m:1\n' },
      { file: 'gone.yaml', text: undefined },
      { file: 'huge.yaml', text: undefined, problem: 'huge.yaml has more than 256 KiB' },
    ]);
    expect(found.map(({ message, place }) => [message, place?.line])).toEqual([
      [
        'models.m: target 1 of staging: a.yaml: "" is not a known form of a model reference',
        lineOf('- { file: a.yaml'),
      ],
      ['models.m: target 2 of staging: there is no file gone.yaml', lineOf('gone.yaml')],
      [
        'models.m: target 1 of production: a.yaml names a container image, and the model has no image',
        lineOf('huge.yaml'),
      ],
      ['models.m: target 2 of production: huge.yaml has more than 256 KiB', lineOf('huge.yaml')],
    ]);
  });

  it('are none where all targets can be written, and an error where the config does not hold', () => {
    expect(targetProblems(CONFIG, [{ file: 'other.yaml', text: 'uri: s3://a/b\n' }])).toEqual([]);
    expect(() => targetProblems('models: [', [])).toThrow();
  });
});
