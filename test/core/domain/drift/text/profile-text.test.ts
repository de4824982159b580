import { describe, expect, it } from 'vitest';
import { compareColumns, type DriftPolicy } from '../../../../../core/domain/drift/compare-columns.ts';
import { DRIFT_EFFECTS } from '../../../../../core/domain/drift/drift-effect-registry.ts';
import { type ColumnProfile, FULL_RESOLUTION } from '../../../../../core/domain/drift/profile-column.ts';
import { profileCurrentMeasure, profileMeasure } from '../../../../../core/domain/drift/text/profile-text.ts';
import { measureReference } from '../../../../../core/domain/drift/text/text-columns.ts';
import type { Sampling } from '../../../../../core/domain/inference/population.ts';
import { columnOfTexts } from '../../../../../core/domain/table/column-values.ts';
import { randomText } from '../../../../../testkit/random-texts.ts';
import { seededRandom } from '../../../../../testkit/seeded-random.ts';
import golden from '../../../../golden/text-measures.json' with { type: 'json' };

const SUMMARY = { resolution: FULL_RESOLUTION, sampling: { kind: 'rows' } } as const;
const policy: DriftPolicy = {
  falseAlarmRate: 0.05,
  tests: { numeric: 'ks', categorical: 'chi-square' },
  measures: { numeric: 'ks', categorical: 'psi' },
  floors: Object.fromEntries(
    Object.entries(DRIFT_EFFECTS).map(([name, { defaultFloor }]) => [name, defaultFloor]),
  ) as DriftPolicy['floors'],
  limits: 'none',
};

function profileOf(texts: readonly (string | undefined)[]): readonly ColumnProfile[] {
  return measureReference(columnOfTexts(texts), { sampling: SUMMARY.sampling, isSensitive: false }).map(
    ({ measure, values, vocabulary }) => profileMeasure({ column: 'note', measure, vocabulary }, values, SUMMARY),
  );
}

function compare(
  before: readonly (string | undefined)[],
  now: readonly (string | undefined)[],
  more: Partial<DriftPolicy> = {},
) {
  const pairs = profileOf(before).map((reference) => {
    const { text } = reference;
    const current = text && profileCurrentMeasure(text, columnOfTexts(now), SUMMARY);
    return { reference, past: null, current };
  });
  return compareColumns(pairs, { ...policy, ...more });
}

describe('profileMeasure', () => {
  it.each(['same', 'shifted'] as const)('of a window that is %s has the statistics of SciPy', (window) => {
    const columns = compare(golden.reference, golden.windows[window]);
    for (const [measure, { statistic, pValue }] of Object.entries(golden.tests[window])) {
      const column = columns.find(({ name }) => name === `note.${measure}`);
      expect(column?.statistic).toBeCloseTo(statistic, 9);
      expect((column?.pValue ?? Number.NaN) / pValue).toBeCloseTo(1, 6);
    }
  });

  it('names the measures that shifted', () => {
    const drifted = compare(golden.reference, golden.windows.shifted).filter(({ verdict }) => verdict === 'drift');
    expect(drifted.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['note.digits', 'note.length', 'note.unknown-words']),
    );
    expect(compare(golden.reference, golden.windows.same).map(({ verdict }) => verdict)).not.toContain('drift');
  });

  it('finds more missing texts once, and more empty ones', () => {
    const random = seededRandom(3);
    const texts = Array.from({ length: 1000 }, () => randomText(random));
    const without = texts.map((text, row) => (row % 2 === 0 ? text : undefined));
    const drifted = (now: readonly (string | undefined)[]) =>
      compare(texts, now).flatMap(({ name, effect, verdict }) =>
        verdict === 'drift' ? [`${name} ${effect.name}`] : [],
      );
    expect(drifted(without)).toEqual(['note.empty missing']);
    expect(drifted(texts.map((text, row) => (row % 3 === 0 ? '  ' : text)))).toContain('note.empty psi');
  });

  it('takes the words of one group for unknown, as those of a new group are', () => {
    const random = seededRandom(9);
    const users = (from: number, count: number) =>
      Array.from({ length: count * 10 }, (_, row) => from + Math.floor(row / 10));
    const textsOf = (of: readonly number[]) =>
      of.map((user) => `${randomText(random)} own${user} own${user} own${user}`);
    const [before, now] = [users(0, 100), users(100, 80)];
    const [reference, current] = [columnOfTexts(textsOf(before)), columnOfTexts(textsOf(now))];
    const clusters = (of: readonly number[]) => {
      const first = Math.min(...of);
      return { kind: 'clusters', ids: Uint32Array.from(of, (user) => user - first), count: new Set(of).size } as const;
    };
    const verdict = (samplings: readonly [Sampling, Sampling]) => {
      const measured = measureReference(reference, { sampling: samplings[0], isSensitive: false });
      const pairs = measured.slice(-1).map(({ measure, values, vocabulary }) => {
        const text = { column: 'note', measure, vocabulary };
        const of = (sampling: Sampling) => ({ ...SUMMARY, sampling });
        return {
          reference: profileMeasure(text, values, of(samplings[0])),
          past: null,
          current: profileCurrentMeasure(text, current, of(samplings[1])),
        };
      });
      return compareColumns(pairs, policy).map((column) => column.verdict);
    };
    expect(verdict([clusters(before), clusters(now)])).toEqual(['no-drift']);
    expect(verdict([{ kind: 'rows' }, { kind: 'rows' }])).toEqual(['drift']);
  });

  it('keeps no text', () => {
    const kept = JSON.stringify(profileOf(golden.reference));
    for (const word of golden.reference
      .join(' ')
      .split(/\W+/)
      .filter((one) => one.length > 8)) {
      expect(kept).not.toContain(word);
    }
  });

  it('alarms on unchanged texts no more often than declared, without floors', () => {
    const random = seededRandom(17);
    const floors = Object.fromEntries(Object.keys(policy.floors).map((name) => [name, 0])) as DriftPolicy['floors'];
    const texts = (rows: number) => Array.from({ length: rows }, () => randomText(random));
    let [checks, alone] = [0, 0];
    for (let run = 0; run < 200; run++) {
      const columns = compare(texts(400), texts(250), { floors });
      if (columns.some(({ adjustedPValue }) => adjustedPValue !== null && adjustedPValue <= 0.05)) checks++;
      const unknown = columns.find(({ name }) => name === 'note.unknown-words');
      if ((unknown?.pValue ?? 1) <= 0.05) alone++;
    }
    // 5 % of 200, and three standard deviations.
    expect(checks).toBeLessThanOrEqual(19);
    expect(alone).toBeLessThanOrEqual(19);
  });
});
