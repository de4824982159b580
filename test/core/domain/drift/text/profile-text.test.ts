import { describe, expect, it } from 'vitest';
import { compareColumns, type DriftPolicy } from '../../../../../core/domain/drift/compare-columns.ts';
import { DRIFT_EFFECTS } from '../../../../../core/domain/drift/drift-effect-registry.ts';
import { type ColumnProfile, FULL_RESOLUTION } from '../../../../../core/domain/drift/profile-column.ts';
import { profileCurrentMeasure, profileMeasure } from '../../../../../core/domain/drift/text/profile-text.ts';
import { measureReference } from '../../../../../core/domain/drift/text/text-columns.ts';
import { randomText, textsColumn } from '../../../../../testkit/random-texts.ts';
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
  return measureReference(textsColumn(texts), { sampling: SUMMARY.sampling, isSensitive: false }).map(
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
    const current = text && profileCurrentMeasure(text, textsColumn(now), SUMMARY);
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
