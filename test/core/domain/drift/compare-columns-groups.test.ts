import { describe, expect, it } from 'vitest';
import { compareColumns, type DriftPolicy } from '../../../../core/domain/drift/compare-columns.ts';
import { withClusters } from '../../../../core/domain/drift/design-effect.ts';
import { FULL_RESOLUTION, profileColumn } from '../../../../core/domain/drift/profile-column.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const REPETITIONS = 400;
/** 5 % and three standard errors of a share of the repetitions. */
const MOST_ALARMS = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / REPETITIONS);

/** Normal numbers of groups of the same size; `correlation` is that of two rows of a group. */
function groupedNumbers(
  random: ReturnType<typeof seededRandom>,
  { groups, size, correlation }: { readonly groups: number; readonly size: number; readonly correlation: number },
) {
  const ids = Uint32Array.from({ length: groups * size }, (_, row) => Math.floor(row / size));
  const shared = Array.from({ length: groups }, () => random.normal() * Math.sqrt(correlation));
  const values = Float64Array.from(ids, (id) => (shared[id] ?? 0) + random.normal() * Math.sqrt(1 - correlation));
  const column = { kind: 'numeric' as const, values };
  const profile = profileColumn('x', column, { kind: 'numeric', resolution: FULL_RESOLUTION });
  return withClusters(profile, column, { kind: 'clusters', ids, count: groups });
}

describe('compareColumns of rows in groups', () => {
  const POPULATIONS = [
    { reference: 60, current: 20, size: 20, correlation: 0.3 },
    { reference: 40, current: 40, size: 50, correlation: 0.8 },
  ];
  it.each(
    (['ks', 'mann-whitney', 'cramer-von-mises', 'anderson-darling'] as const).flatMap((test) =>
      POPULATIONS.map((population) => ({ test, ...population })),
    ),
  )('has no more false alarms than are declared: $test, correlation $correlation', ({ test, ...of }) => {
    const policy: DriftPolicy = {
      falseAlarmRate: 0.05,
      tests: { numeric: test, categorical: 'chi-square' },
      measures: { numeric: 'ks', categorical: 'psi' },
      floors: { ks: 0 } as DriftPolicy['floors'],
      limits: 'none',
    };
    const random = seededRandom(11);
    let alarms = 0;
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      const reference = groupedNumbers(random, { groups: of.reference, ...of });
      const current = groupedNumbers(random, { groups: of.current, ...of });
      const [column] = compareColumns([{ reference, past: null, current }], policy);
      if ((column?.pValue ?? 1) <= policy.falseAlarmRate) alarms += 1;
    }
    expect(alarms / REPETITIONS).toBeLessThanOrEqual(MOST_ALARMS);
  });

  it('finds a column that lost all its values, though none of its groups has any', () => {
    const ids = Uint32Array.from({ length: 400 }, (_, row) => Math.floor(row / 20));
    const profileOf = (values: Float64Array) => {
      const column = { kind: 'numeric' as const, values };
      const profile = profileColumn('x', column, { kind: 'numeric', resolution: FULL_RESOLUTION });
      return withClusters(profile, column, { kind: 'clusters', ids, count: 20 });
    };
    const random = seededRandom(3);
    const reference = profileOf(Float64Array.from(ids, () => random.normal()));
    const current = profileOf(new Float64Array(ids.length).fill(Number.NaN));
    const policy: DriftPolicy = {
      falseAlarmRate: 0.05,
      tests: { numeric: 'ks', categorical: 'chi-square' },
      measures: { numeric: 'ks', categorical: 'psi' },
      floors: { ks: 0.1, missing: 0.05 } as DriftPolicy['floors'],
      limits: 'none',
    };
    const [column] = compareColumns([{ reference, past: null, current }], policy);
    expect(column).toMatchObject({ verdict: 'drift', effect: { name: 'missing', value: 1 } });
  });
});
