import { describe, expect, it } from 'vitest';
import { type ComparedBytes, unchangedVersion } from '../../../../core/domain/evaluation/unchanged-version.ts';

const history = { trainedOn: [], registeredAt: '2026-01-01T00:00:00Z', judgedOn: { digest: 'rows', to: null } };
const SAME: ComparedBytes = {
  candidate: 'model',
  computation: 'graph',
  dataset: 'rows',
  predictions: undefined,
  champion: { version: '1.2.0', digest: 'model', computation: 'graph', history },
  isJudgedAnew: false,
};

describe('unchangedVersion', () => {
  it('is the version with the same bytes, judged on the same rows by the same gate', () => {
    expect(unchangedVersion(SAME)).toBe('1.2.0');
  });

  it('is the version that computes the same, whatever its bytes are', () => {
    expect(unchangedVersion({ ...SAME, candidate: 'other' })).toBe('1.2.0');
  });

  it.each<[string, Partial<ComparedBytes>]>([
    ['another model', { candidate: 'other', computation: 'other' }],
    ['a model of which only the bytes are known', { candidate: 'other', computation: undefined }],
    ['other rows', { dataset: 'other' }],
    ['scores by code of the team, of a version that the judge ran', { predictions: 'scores' }],
    ['no champion', { champion: undefined }],
    [
      'a champion of which no one knows the rows',
      { champion: { version: '1.2.0', digest: 'model', computation: 'graph', history: undefined } },
    ],
    [
      'a champion whose rows are not known',
      {
        champion: { version: '1.2.0', digest: 'model', computation: 'graph', history: { ...history, judgedOn: null } },
      },
    ],
    ['a change of the gate', { isJudgedAnew: true }],
    [
      'a file of results of which the version had another one',
      {
        results: [{ kind: 'junit', path: 'j.xml', digest: 'now' }],
        champion: {
          version: '1.2.0',
          digest: 'model',
          computation: 'graph',
          history: { ...history, results: [{ kind: 'junit', path: 'j.xml', digest: 'then' }] },
        },
      },
    ],
  ])('is none where something is left to judge: %s', (_, change) => {
    expect(unchangedVersion({ ...SAME, ...change })).toBeUndefined();
  });
});
