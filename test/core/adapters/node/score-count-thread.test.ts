import { afterEach, describe, expect, it } from 'vitest';
import { startCountingThread } from '../../../../core/adapters/node/score-count-thread.ts';
import { type BinaryBatch, createCells } from '../../../../core/domain/evaluation/summed/binary-cells.ts';
import { countHere } from '../../../../core/domain/evaluation/summed/count-scores.ts';
import type { ScoreCounter } from '../../../../core/domain/evaluation/summed/score-counter.ts';
import { seededRandom } from '../../../testkit/seeded-random.ts';

const started: ScoreCounter[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((counter) => counter.close()));
});

function drawBatches(lengths: readonly number[]): readonly BinaryBatch[] {
  const random = seededRandom(9);
  return lengths.map((rows) => ({
    scores: Float64Array.from({ length: rows }, () => random.uniform() ** 3),
    ones: Uint8Array.from({ length: rows }, () => (random.uniform() < 0.2 ? 1 : 0)),
    parts: Uint16Array.from({ length: rows }, () => Math.floor(512 * random.uniform())),
  }));
}

describe('startCountingThread', () => {
  it.each([
    ['fewer rows than tell where the coarse bins are', [10, 5000, 0, 20_000]],
    ['more, in batches of unequal length', [100_000, 1, 250_000, 99_999, 300_000, 7]],
  ])('leaves exactly the counts of counting without a thread: %s', async (_, lengths) => {
    const batches = drawBatches(lengths);
    const [expected, cells] = [createCells(0.4), createCells(0.4)];
    const [here, thread] = [countHere(expected), startCountingThread(cells)];
    started.push(thread);
    for (const { scores, ones, parts } of batches) {
      await here.add({ scores, ones, parts });
      const used = { scores: scores.slice(), ones: ones.slice(), parts: parts.slice() };
      await thread.add(used);
      // What was added may be used again at once.
      used.scores.fill(0.5);
      used.parts.fill(3);
    }
    await Promise.all([here.end(), thread.end()]);
    expect(cells).toEqual(expected);
    const rows = lengths.reduce((sum, length) => sum + length, 0);
    expect(cells.fine.reduce((sum, count) => sum + count, 0)).toBe(rows);
    expect(cells.coarse.reduce((sum, count) => sum + count, 0)).toBe(rows);
  });

  it('says that counting failed, to whoever adds or waits', async () => {
    const { shape, ...cells } = createCells(0.5);
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
