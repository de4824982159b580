import { compareColumns, type DriftPolicy } from '../../core/domain/drift/compare-columns.ts';
import { withClusters } from '../../core/domain/drift/design-effect.ts';
import { DRIFT_EFFECTS } from '../../core/domain/drift/drift-effect-registry.ts';
import { type ColumnProfile, FULL_RESOLUTION, profileColumn } from '../../core/domain/drift/profile-column.ts';
import type { Sampling } from '../../core/domain/inference/population.ts';
import { type SeededRandom, seededRandom } from '../../testkit/seeded-random.ts';

/** Windows without drift: how many columns, of which kinds, and how many rows. */
export interface DriftScenario {
  readonly columns: number;
  readonly kinds: 'numeric' | 'categorical' | 'mixed';
  readonly reference: number;
  readonly current: number;
  /** Correlation between each two columns, 0 to 1. */
  readonly correlation: number;
  /** Share of missing values in each column. */
  readonly missing: number;
  readonly test: DriftPolicy['tests']['numeric'];
  /** Checks that share the rate: windows of seven days, one day after the other. */
  readonly checks: number;
  /** Rows that share a part of their values, and the share of the variance; absent: rows are independent. */
  readonly groups?: { readonly rows: number; readonly correlation: number };
  readonly repetitions: number;
}

/** Checks with an alarm in a scenario, and those among its first repetitions, which a test repeats. */
export interface DriftCell extends DriftScenario {
  readonly seed: number;
  readonly alarms: number;
  readonly sample: { readonly repetitions: number; readonly alarms: number };
}

const base = {
  kinds: 'numeric',
  reference: 200,
  current: 100,
  correlation: 0,
  missing: 0,
  test: 'ks',
  checks: 1,
} as const;

/** Scenarios of the committed table. */
export const DRIFT_SCENARIOS: readonly DriftScenario[] = [
  { ...base, columns: 5, repetitions: 4000 },
  { ...base, columns: 50, repetitions: 2000 },
  { ...base, columns: 500, repetitions: 600 },
  { ...base, columns: 50, correlation: 0.5, repetitions: 2000 },
  { ...base, columns: 50, reference: 50, current: 50, repetitions: 2000 },
  { ...base, columns: 50, reference: 1000, current: 1000, repetitions: 1000 },
  { ...base, columns: 50, kinds: 'categorical', reference: 1000, current: 500, repetitions: 2000 },
  { ...base, columns: 50, kinds: 'mixed', reference: 1000, current: 500, repetitions: 1000 },
  { ...base, columns: 50, kinds: 'mixed', reference: 1000, current: 500, missing: 0.1, repetitions: 1000 },
  { ...base, columns: 50, kinds: 'mixed', reference: 60, current: 50, repetitions: 300 },
  { ...base, columns: 5, reference: 100_000, current: 20_000, repetitions: 200 },
  { ...base, columns: 5, reference: 1_000_000, current: 1_000_000, repetitions: 40 },
  { ...base, columns: 20, test: 'cramer-von-mises', repetitions: 1000 },
  { ...base, columns: 20, test: 'anderson-darling', repetitions: 1000 },
  { ...base, columns: 20, test: 'mann-whitney', repetitions: 1000 },
  { ...base, columns: 20, test: 'epps-singleton', repetitions: 600 },
  { ...base, columns: 3, reference: 2000, current: 210, checks: 365, repetitions: 60 },
  { ...base, columns: 20, reference: 2000, current: 1000, groups: { rows: 10, correlation: 0.3 }, repetitions: 600 },
  {
    ...base,
    columns: 20,
    kinds: 'mixed',
    reference: 4000,
    current: 2000,
    groups: { rows: 40, correlation: 0.5 },
    repetitions: 600,
  },
  {
    ...base,
    columns: 20,
    kinds: 'mixed',
    reference: 4000,
    current: 700,
    groups: { rows: 100, correlation: 0.2 },
    repetitions: 600,
  },
  {
    ...base,
    columns: 20,
    kinds: 'mixed',
    reference: 2000,
    current: 1000,
    groups: { rows: 20, correlation: 0 },
    repetitions: 600,
  },
  {
    ...base,
    columns: 20,
    missing: 0.1,
    reference: 4000,
    current: 2000,
    groups: { rows: 40, correlation: 0.5 },
    repetitions: 600,
  },
];

const CATEGORIES = ['a', 'b', 'c', 'd', 'e'];
const POLICY: Omit<DriftPolicy, 'tests'> = {
  falseAlarmRate: 0.05,
  measures: { numeric: 'ks', categorical: 'psi' },
  floors: Object.fromEntries(Object.keys(DRIFT_EFFECTS).map((name) => [name, 0])) as DriftPolicy['floors'],
  limits: 'none',
};

/** Number of checks without drift, of as many, that raise an alarm. The same seed gives the same number. */
export function runDrift(
  scenario: DriftScenario,
  { repetitions, seed }: { readonly repetitions: number; readonly seed: number },
): number {
  const falseAlarmRate = POLICY.falseAlarmRate / scenario.checks;
  const policy = { ...POLICY, falseAlarmRate, tests: { numeric: scenario.test, categorical: 'chi-square' as const } };
  let alarms = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const random = seededRandom(seed + repetition * 7919);
    const reference = summarized(scenario, drawValues(scenario, scenario.reference, random));
    const perDay = Math.round(scenario.current / DAYS);
    const hasAlarm = (window: readonly Float64Array[]) => {
      const current = summarized(scenario, window);
      const pairs = reference.map((column, at) => ({ reference: column, past: [], current: current[at] }));
      return compareColumns(pairs, policy).some(({ verdict }) => verdict === 'drift');
    };
    if (scenario.checks === 1) {
      if (hasAlarm(drawValues(scenario, scenario.current, random))) alarms++;
      continue;
    }
    const stream = drawValues(scenario, perDay * (scenario.checks + DAYS - 1), random);
    const windowOf = (day: number) => stream.map((values) => values.subarray(day * perDay, (day + DAYS) * perDay));
    if (Array.from({ length: scenario.checks }, (_, day) => day).some((day) => hasAlarm(windowOf(day)))) alarms++;
  }
  return alarms;
}

/** Days of a window that moves on day by day. */
const DAYS = 7;

function drawValues(scenario: DriftScenario, rows: number, random: SeededRandom): readonly Float64Array[] {
  const { columns, correlation, missing, groups } = scenario;
  const shared = correlation === 0 ? undefined : Float64Array.from({ length: rows }, () => random.normal());
  const [own, common] = [Math.sqrt(1 - correlation), Math.sqrt(correlation)];
  return Array.from({ length: columns }, () => {
    const ofGroup = inGroups(groups, rows, random);
    return Float64Array.from({ length: rows }, (_, row) =>
      missing > 0 && random.uniform() < missing ? Number.NaN : own * ofGroup(row) + common * (shared?.[row] ?? 0),
    );
  });
}

/** Normal values of variance 1 by row, of which those of a group share a part. */
function inGroups(groups: DriftScenario['groups'], rows: number, random: SeededRandom): (row: number) => number {
  if (groups === undefined) return () => random.normal();
  const parts = Array.from({ length: Math.ceil(rows / groups.rows) }, () => random.normal());
  const [alone, together] = [Math.sqrt(1 - groups.correlation), Math.sqrt(groups.correlation)];
  return (row) => alone * random.normal() + together * (parts[Math.floor(row / groups.rows)] ?? 0);
}

function summarized({ kinds, groups }: DriftScenario, window: readonly Float64Array[]): readonly ColumnProfile[] {
  return window.map((values, at) => {
    const isCategorical = kinds === 'categorical' || (kinds === 'mixed' && at % 2 === 1);
    const kind = isCategorical ? 'categorical' : 'numeric';
    const column = isCategorical ? inCategories(values) : { kind: 'numeric' as const, values };
    const profile = profileColumn(`x${at}`, column, { kind, resolution: FULL_RESOLUTION });
    return withClusters(profile, column, groups === undefined ? { kind: 'rows' } : idsOf(values.length, groups.rows));
  });
}

function idsOf(rows: number, each: number): Sampling {
  const ids = Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / each));
  return { kind: 'clusters', ids, count: Math.ceil(rows / each) };
}

/** Five categories of unequal shares. */
function inCategories(values: Float64Array) {
  const codes = Int32Array.from(values, (value) =>
    Number.isNaN(value) ? -1 : value < -0.5 ? 0 : value < 0.3 ? 1 : value < 1 ? 2 : value < 1.5 ? 3 : 4,
  );
  return { kind: 'categorical' as const, codes, categories: CATEGORIES };
}
