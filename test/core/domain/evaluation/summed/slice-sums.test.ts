import { describe, expect, it } from 'vitest';
import { measurePopulation } from '../../../../../core/domain/evaluation/measure-population.ts';
import { type ScoredPopulation, sliceOf } from '../../../../../core/domain/evaluation/population.ts';
import { cutSlices, type SliceDeclaration } from '../../../../../core/domain/evaluation/slice.ts';
import { countHere } from '../../../../../core/domain/evaluation/summed/count-scores.ts';
import { RowSums } from '../../../../../core/domain/evaluation/summed/row-sums.ts';
import { createCutter } from '../../../../../core/domain/evaluation/summed/slice-cutter.ts';
import { SliceSums } from '../../../../../core/domain/evaluation/summed/slice-sums.ts';
import { seededRandom } from '../../../../../testkit/seeded-random.ts';
import { BATCH, BINARY, boundsOf, draw, expectAgreement, flights, planOf } from '../../../../../testkit/summed-rows.ts';

describe('RowSums of slices', () => {
  const ROWS = 400_000;
  const plan = planOf('binary-classification', BINARY);
  const random = seededRandom(12);
  const names = Array.from({ length: ROWS }, (_, i) => (i % 100 === 0 ? null : random.uniform() < 0.3 ? 'b' : 'a'));
  const hours = Float64Array.from({ length: ROWS }, () => Math.floor(26 * random.uniform()) - 1);

  async function sumSlices(population: ScoredPopulation, slices: readonly SliceDeclaration[], days?: Float64Array) {
    const sums = new RowSums(
      {
        classes: 2,
        isRanked: true,
        isCalibrated: true,
        metrics: plan.metrics,
        decisionThreshold: 0.5,
        isGrouped: days !== undefined,
        isWeighted: population.weights !== null,
        slices,
      },
      countHere,
    );
    for (let from = 0; from < ROWS; from += BATCH) {
      const part = (values: Float64Array) => values.subarray(from, from + BATCH);
      await sums.add({
        labels: part(population.labels),
        weights: population.weights && part(population.weights),
        candidate: part(population.candidate),
        champion: population.champion && part(population.champion),
        keys: days ? { kind: 'groups', values: part(days) } : { kind: 'rows', rows: BATCH },
        sliced: slices.map(({ column }) =>
          column === 'name'
            ? { kind: 'text', values: names.slice(from, from + BATCH) }
            : { kind: 'numeric', values: part(hours), isBoolean: column === 'flag' },
        ),
      });
    }
    return sums.finish();
  }

  const declared: readonly SliceDeclaration[] = [{ column: 'name' }, { column: 'hour', bins: [0, 12, 24] }];
  const codes = Int32Array.from(names, (name) => (name === null ? -1 : name === 'b' ? 0 : 1));
  const cuts = [
    ...cutSlices({ column: 'name' }, { kind: 'categorical', codes, categories: ['b', 'a'] }),
    ...cutSlices({ column: 'hour', bins: [0, 12, 24] }, { kind: 'numeric', values: hours }),
  ];

  it.each([
    ['without weights', false],
    ['with weights', true],
  ])(
    'are the same slices as of rows in memory, small ones exactly, large ones within bounds, %s',
    async (_, isWeighted) => {
      const drawn = draw(ROWS, flights(-1));
      const weights = isWeighted ? drawn.labels.map((label, i) => 1 + label + (i % 3)) : null;
      const population = { ...drawn, weights };
      const { slices } = await sumSlices(population, declared);
      expect(slices.map(({ key, rows }) => ({ key, rows }))).toEqual(
        cuts.map(({ key, rows }) => ({ key, rows: rows.length })),
      );
      expect(slices.map(({ of }) => of.kind)).toEqual(['summed', 'summed', 'held', 'summed', 'summed']);
      for (const [at, { of }] of slices.entries()) {
        const cut = cuts[at];
        if (cut === undefined) throw new Error('no cut');
        const exact = sliceOf(population, cut.key, cut.rows);
        if (of.kind === 'held') expect(of.population).toEqual(exact);
        else {
          const bounds = boundsOf(of.sums, plan);
          expect(Math.max(...bounds.values())).toBeLessThan(5e-3);
          expectAgreement({ ...of.sums, slices: [] }, measurePopulation(exact, plan), plan);
        }
      }
    },
    60_000,
  );

  it('count the groups that have rows in the slice', async () => {
    const days = Float64Array.from({ length: ROWS }, (_, i) => Math.floor(i / (ROWS / 40)));
    const { slices } = await sumSlices(draw(ROWS, flights(-1)), [{ column: 'name' }], days);
    const clusters = slices.map(({ of }) =>
      of.kind === 'held' ? of.population.sampling : of.sums.population.sampling,
    );
    expect(clusters).toMatchObject([{ count: 40 }, { count: 40 }, { count: 40 }]);
    expect(slices[2]?.of).toMatchObject({ kind: 'held', population: { sampling: { kind: 'clusters' } } });
  }, 30_000);

  it('name truth values as rows in memory do', async () => {
    hours.forEach((hour, i) => {
      hours[i] = hour < 0 ? Number.NaN : hour % 2;
    });
    const { slices } = await sumSlices(draw(ROWS, flights(-1)), [{ column: 'flag' }]);
    expect(slices.map(({ key }) => ('value' in key ? key.value : key))).toEqual(['false', 'true', null]);
  }, 30_000);

  it('are refused above 200 of a column, of all columns, and for bins of text', async () => {
    const cut = createCutter({ column: 'id' });
    const ids = (from: number) => Float64Array.from({ length: 150 }, (_, i) => from + i);
    cut.cut({ kind: 'numeric', values: ids(0), isBoolean: false });
    expect(() => cut.cut({ kind: 'numeric', values: ids(150), isBoolean: false })).toThrow(/more than 200 values/);
    const binned = createCutter({ column: 'name', bins: [0, 1] });
    expect(() => binned.cut({ kind: 'text', values: ['a'] })).toThrow(/has text/);
    const two = new SliceSums([{ column: 'a' }, { column: 'b' }], {
      classes: 2,
      isRanked: true,
      isCalibrated: true,
      metrics: [],
      decisionThreshold: 0.5,
      isGrouped: false,
      isWeighted: false,
    });
    const numbers = new Float64Array(150);
    const batch = {
      labels: numbers,
      ones: new Uint8Array(150),
      parts: new Uint16Array(150),
      weights: null,
      candidate: numbers,
      champion: null,
    };
    const columns = [0, 1].map(() => ({ kind: 'numeric', values: ids(0), isBoolean: false }) as const);
    await expect(two.add(columns, batch)).rejects.toMatchObject({ code: 'DATA_UNSUPPORTED' });
  });
});
