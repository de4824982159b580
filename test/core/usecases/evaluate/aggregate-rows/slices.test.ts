import { describe, expect, it } from 'vitest';
import { measurePopulation } from '../../../../../core/domain/evaluation/measure-population.ts';
import { sliceOf } from '../../../../../core/domain/evaluation/population.ts';
import { cutSlices, type SliceDeclaration } from '../../../../../core/domain/evaluation/slice.ts';
import {
  aggregate,
  BINARY,
  boundsOf,
  draw,
  expectAgreement,
  flights,
  planOf,
} from '../../../../../testkit/aggregated-rows.ts';
import { seededRandom } from '../../../../../testkit/seeded-random.ts';

describe('aggregates of slices', () => {
  const ROWS = 400_000;
  const plan = planOf('binary-classification', BINARY);
  const random = seededRandom(12);
  const names = Array.from({ length: ROWS }, (_, i) => (i % 100 === 0 ? null : random.uniform() < 0.3 ? 'b' : 'a'));
  const hours = Float64Array.from({ length: ROWS }, () => Math.floor(26 * random.uniform()) - 1);

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
      const { slices } = await aggregate(population, plan, { slices: declared, columns: { name: names, hour: hours } });
      expect(slices.map(({ key, rows }) => ({ key, rows }))).toEqual(
        cuts.map(({ key, rows }) => ({ key, rows: rows.length })),
      );
      expect(slices.map(({ of }) => of.kind)).toEqual(['aggregated', 'aggregated', 'held', 'aggregated', 'aggregated']);
      for (const [at, { of }] of slices.entries()) {
        const cut = cuts[at];
        if (cut === undefined) throw new Error('no cut');
        const exact = sliceOf(population, cut.key, cut.rows);
        if (of.kind === 'held') expect(of.population).toEqual(exact);
        else {
          const bounds = boundsOf(of.aggregates, plan);
          expect(Math.max(...bounds.values())).toBeLessThan(5e-3);
          expectAgreement({ ...of.aggregates, slices: [] }, measurePopulation(exact, plan), plan);
        }
      }
    },
  );

  it('count the groups that have rows in the slice', async () => {
    const days = Float64Array.from({ length: ROWS }, (_, i) => Math.floor(i / (ROWS / 40)));
    const { slices } = await aggregate(draw(ROWS, flights(-1)), plan, {
      groups: days,
      slices: [{ column: 'name' }],
      columns: { name: names },
    });
    const clusters = slices.map(({ of }) =>
      of.kind === 'held' ? of.population.sampling : of.aggregates.population.sampling,
    );
    expect(clusters).toMatchObject([{ count: 40 }, { count: 40 }, { count: 40 }]);
    expect(slices[2]?.of).toMatchObject({ kind: 'held', population: { sampling: { kind: 'clusters' } } });
  });

  it('name truth values as rows in memory do', async () => {
    const flags = Array.from(hours, (hour) => (hour < 0 ? null : String(hour % 2 === 1)));
    const { slices } = await aggregate(draw(ROWS, flights(-1)), plan, {
      slices: [{ column: 'flag' }],
      columns: { flag: flags },
    });
    expect(slices.map(({ key }) => ('value' in key ? key.value : key))).toEqual(['false', 'true', null]);
  });

  it('are as many as 200 of a column, looked up by value', async () => {
    const ids = Float64Array.from({ length: ROWS }, (_, i) => (i % 100 === 99 ? Number.NaN : i % 100));
    const { slices } = await aggregate(draw(ROWS, flights(-1)), plan, {
      slices: [{ column: 'id' }],
      columns: { id: ids },
    });
    expect(slices.map(({ key }) => ('value' in key ? key.value : key))).toEqual([...Array(99).keys(), null]);
    expect(slices.every(({ rows }) => rows === ROWS / 100)).toBe(true);
  });

  it('are of any text, whatever it means in SQL', async () => {
    const rows = 10_000;
    const texts = ["O'Brien", "'); DROP TABLE related_0; --", 'a\\b', 'é😀', `\${'$'}{x}`, '%', 'NULL ', '0x1', '--'];
    const column = Array.from({ length: rows }, (_, i) => texts[i % 10] ?? null);
    const { slices } = await aggregate(draw(rows, flights(-1)), plan, {
      slices: [{ column: 'text' }],
      columns: { text: column },
    });
    expect(slices.map(({ key }) => ('value' in key ? key.value : key))).toEqual([...texts.toSorted(), null]);
    expect(slices.every((slice) => slice.rows === rows / 10)).toBe(true);
  });

  it('are refused above 200 of a column, and for bins of text', async () => {
    const ids = Float64Array.from({ length: 1000 }, (_, i) => i % 201);
    const few = draw(1000, flights(-1));
    const slice = (declaration: SliceDeclaration, columns: Record<string, Float64Array | (string | null)[]>) =>
      aggregate(few, plan, { slices: [declaration], columns });
    await expect(slice({ column: 'id' }, { id: ids })).rejects.toThrow(/more than 200 values/);
    await expect(slice({ column: 'name', bins: [0, 1] }, { name: names.slice(0, 1000) })).rejects.toThrow(/has text/);
  });
});
