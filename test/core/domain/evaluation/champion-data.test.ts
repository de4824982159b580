import { describe, expect, it } from 'vitest';
import { type ChampionHistory, compareData } from '../../../../core/domain/evaluation/champion-data.ts';

const history: ChampionHistory = {
  trainedOn: [{ path: 'train.csv', digest: 'sha256:t' }],
  registeredAt: '2001-06-01T00:00:00.000Z',
  judgedOn: { digest: 'sha256:j', to: '2001-03-31T00:00:00.000Z' },
};

describe('compareData', () => {
  it.each([
    { name: 'the dataset it was judged on', digest: 'sha256:j', from: null, expected: 'same' },
    { name: 'what it was trained on', digest: 'sha256:t', from: '2002-01-01T00:00:00.000Z', expected: 'seen' },
    {
      name: 'what begins after it was judged',
      digest: 'sha256:n',
      from: '2001-04-01T00:00:00.000Z',
      expected: 'newer',
    },
    { name: 'what begins before', digest: 'sha256:n', from: '2001-03-01T00:00:00.000Z', expected: 'unknown' },
    { name: 'other data without times', digest: 'sha256:n', from: null, expected: 'unknown' },
  ])('knows $name', ({ digest, from, expected }) => {
    expect(compareData({ digest, from }, history)).toBe(expected);
  });

  it('takes data from after the registration as newer, whatever the champion was judged on', () => {
    const without = { ...history, judgedOn: { digest: 'sha256:j', to: null } };
    expect(compareData({ digest: 'sha256:n', from: '2001-06-02T00:00:00.000Z' }, without)).toBe('newer');
    expect(compareData({ digest: 'sha256:n', from: '2001-05-31T00:00:00.000Z' }, without)).toBe('unknown');
  });
});
