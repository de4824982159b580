import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { DRIFT_EFFECTS, effectLabel } from '../../../../core/domain/drift/drift-effect-registry.ts';
import {
  CATEGORICAL_EFFECTS,
  type EffectEstimate,
  NUMERIC_EFFECTS,
} from '../../../../core/domain/drift/effects/drift-effect.ts';
import { type ColumnProfile, FULL_RESOLUTION, profileColumn } from '../../../../core/domain/drift/profile-column.ts';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';
import { MINIMAL } from '../../config/mistakes.ts';

const effects = Object.values(DRIFT_EFFECTS);
const numeric = (values: readonly number[]): ColumnProfile =>
  profileColumn(
    'x',
    { kind: 'numeric', values: Float64Array.from(values) },
    { kind: 'numeric', resolution: FULL_RESOLUTION },
  );
const categorical = (values: readonly string[]): ColumnProfile => {
  const categories = [...new Set(values)];
  return profileColumn(
    'x',
    { kind: 'categorical', codes: Int32Array.from(values, (value) => categories.indexOf(value)), categories },
    { kind: 'categorical', resolution: FULL_RESOLUTION },
  );
};

describe('DRIFT_EFFECTS', () => {
  it('has each effect under its name, and one file for each', () => {
    expect(effects.map(({ name }) => name)).toEqual(Object.keys(DRIFT_EFFECTS));
    const files = globSync('core/domain/drift/effects/*.ts', { cwd: PROJECT_ROOT });
    expect(files).toHaveLength(effects.length + 2);
  });

  it('has the effects that tidegate.yaml names for each kind of column', () => {
    const of = (kind: ColumnProfile['kind']) =>
      effects.flatMap(({ name, columns }) => (columns !== 'any' && columns.includes(kind) ? [name] : []));
    expect(of('numeric').sort()).toEqual([...NUMERIC_EFFECTS].sort());
    expect(of('categorical').sort()).toEqual([...CATEGORICAL_EFFECTS].sort());
  });

  it('has the floors that tidegate.yaml has where it says nothing', () => {
    const { models } = parseConfig(`${MINIMAL}    drift: { current: logs.csv }\n`).config;
    expect(models.m?.drift?.effect).toEqual(
      Object.fromEntries(effects.map(({ name, defaultFloor }) => [name, defaultFloor])),
    );
  });

  const random = seededRandom(3);
  const draws = {
    numeric: (rows: number, shift: number) => numeric(Array.from({ length: rows }, () => shift + random.normal())),
    categorical: (rows: number, shift: number) =>
      categorical(
        Array.from(
          { length: rows },
          () => 'abcde'[Math.min(4, Math.floor(random.uniform() ** (1 + shift) * 5))] ?? 'a',
        ),
      ),
  };
  const cases = (['numeric', 'categorical'] as const).flatMap((kind) =>
    effects
      .filter(({ columns }) => columns !== 'any' && columns.includes(kind))
      .map((effect) => ({ kind, effect, name: effect.name })),
  );

  it.each(cases)('has a standard error that is the spread over samples: $name of $kind', ({ kind, effect }) => {
    const found = Array.from({ length: 400 }, () => effect.measure(draws[kind](500, 0), draws[kind](400, 0.7)));
    const values = found.filter((one): one is EffectEstimate => one !== undefined);
    const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / values.length);
    const stated = values.reduce((sum, { standardError }) => sum + standardError, 0) / values.length;
    expect(stated / spread).toBeGreaterThan(0.85);
    expect(stated / spread).toBeLessThan(1.25);
  });

  it.each(cases)('is 0 for equal windows, and larger for larger shifts: $name of $kind', ({ kind, effect }) => {
    const reference = draws[kind](2000, 0);
    expect(effect.measure(reference, reference)?.value).toBeCloseTo(0, 12);
    const values = [0.3, 0.8, 2].map(
      (shift) => effect.measure(reference, draws[kind](2000, shift))?.value ?? Number.NaN,
    );
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  it.each(cases)(
    'says which shift can be seen, about that of the largest of a thousand windows without one: $name of $kind',
    ({ kind, effect }) => {
      const chance = Array.from(
        { length: 300 },
        () => effect.measure(draws[kind](500, 0), draws[kind](400, 0))?.value ?? 0,
      );
      const visible = effect.visible({
        pValue: 0.01,
        perRow: 1 / 500 + 1 / 400,
        cells: kind === 'numeric' ? 10 : 5,
        missing: 0,
      });
      const beyond = chance.filter((value) => value > visible).length / chance.length;
      expect(beyond).toBeLessThan(0.05);
      expect(Math.max(...chance)).toBeGreaterThan(visible / 3);
    },
  );
});

describe('effectLabel', () => {
  it('is what people read, and the name itself where it is unknown', () => {
    expect(effectLabel('psi')).toBe('PSI');
    expect(effectLabel('another')).toBe('another');
  });
});
