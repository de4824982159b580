import { afterEach, describe, expect, it } from 'vitest';
import { startCountingThread } from '../../../../core/adapters/threads/score-count-thread.ts';
import { type BinaryBatch, createCells, WHOLE_SHAPE } from '../../../../core/domain/evaluation/summed/binary-cells.ts';
import { countHere } from '../../../../core/domain/evaluation/summed/count-scores.ts';
import type { ScoreCounter } from '../../../../core/domain/evaluation/summed/score-counter.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const OPTIONS = { decisionThreshold: 0.4, isWeighted: false, isCalibrated: true, shape: WHOLE_SHAPE };

const started: ScoreCounter[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((counter) => counter.close()));
});

function drawBatches(lengths: readonly number[], isWeighted = false): readonly BinaryBatch[] {
  const random = seededRandom(9);
  return lengths.map((rows) => ({
    scores: Float64Array.from({ length: rows }, () => random.uniform() ** 3),
    ones: Uint8Array.from({ length: rows }, () => (random.uniform() < 0.2 ? 1 : 0)),
    parts: Uint16Array.from({ length: rows }, () => Math.floor(512 * random.uniform())),
    weights: isWeighted ? Float64Array.from({ length: rows }, () => random.uniform()) : null,
  }));
}

describe('startCountingThread', () => {
  it.each([
    { name: 'fewer rows than tell where the coarse bins are', lengths: [10, 5000, 0, 20_000], isWeighted: false },
    {
      name: 'more, in batches of unequal length',
      lengths: [100_000, 1, 250_000, 99_999, 300_000, 7],
      isWeighted: false,
    },
    { name: 'rows with weights', lengths: [200_000, 150_000, 60_000], isWeighted: true },
  ])('leaves exactly the counts of counting without a thread: $name', async ({ lengths, isWeighted }) => {
    const batches = drawBatches(lengths, isWeighted);
    const [expected, cells] = [
      { ...OPTIONS, isWeighted },
      { ...OPTIONS, isWeighted },
    ].map(createCells);
    if (expected === undefined || cells === undefined) throw new Error('no cells');
    const [here, thread] = [countHere(expected), startCountingThread(cells)];
    started.push(thread);
    for (const { scores, ones, parts, weights } of batches) {
      await here.add({ scores, ones, parts, weights });
      const used = {
        scores: scores.slice(),
        ones: ones.slice(),
        parts: parts.slice(),
        weights: weights?.slice() ?? null,
      };
      await thread.add(used);
      // What was added may be used again at once.
      used.scores.fill(0.5);
      used.parts.fill(3);
    }
    await Promise.all([here.end(), thread.end()]);
    expect(cells).toEqual(expected);
    const counted = batches.flatMap(({ ones, weights }) => [...(weights ?? ones.map(() => 1))]);
    const weight = counted.reduce((sum, one) => sum + one, 0);
    for (const counts of [cells.fine, cells.coarse]) {
      expect([...counts].reduce((sum, count) => sum + count, 0)).toBeCloseTo(weight, 6);
    }
  });

  it('says that counting failed, to whoever adds or waits', async () => {
    const { shape, ...cells } = createCells(OPTIONS);
    const thread = startCountingThread({ ...cells, shape: null } as never);
    started.push(thread);
    const [batch] = drawBatches([100]);
    if (batch === undefined) throw new Error('no batch');
    const adding = (async () => {
      for (let turn = 0; turn < 10; turn++) await thread.add(batch);
    })();
    await expect(adding).rejects.toThrow(TypeError);
    await expect(thread.end()).rejects.toThrow(TypeError);
  });
});
