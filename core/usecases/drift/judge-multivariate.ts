import type { ComparedColumn } from '../../domain/drift/compare-columns.ts';
import { outOfFoldScores } from '../../domain/drift/multivariate/domain-classifier.ts';
import { type DomainColumn, domainDesign } from '../../domain/drift/multivariate/domain-design.ts';
import { isMeasure } from '../../domain/drift/profile-column.ts';
import { clusterRows } from '../../domain/evaluation/cluster-rows.ts';
import { measurePopulation } from '../../domain/evaluation/measure-population.ts';
import type { Sampling } from '../../domain/inference/population.ts';
import { findMetric } from '../../domain/metrics/metric-registry.ts';
import { columnsOfGrouping } from '../../domain/policy/grouping.ts';
import { seededUniform } from '../../domain/statistics/seeded-uniform.ts';
import { type ColumnValues, columnOfTexts, pickRows, rowCount, textsOf } from '../../domain/table/column-values.ts';
import type { DriftColumn } from '../../reports/drift-report.ts';
import { type ScoringPorts, scoreDataset } from '../evaluate/score-dataset.ts';
import { comparedColumns, type DriftRequest } from './drift-request.ts';

/** Chosen: five models, each of four fifths of the rows. */
const FOLDS = 5;
/** Chosen: rows of a window; an AUC of 0.55 is far outside of the interval. */
const MAX_ROWS = 4000;
/** Chosen: the interval of an AUC needs rows in each fold. */
const MIN_ROWS = 100;
/** Chosen: with more numbers per row a check takes minutes. */
const MAX_NUMBERS = 300;
const SEED = 1;
/** ROC AUC of scores that say nothing. */
const CHANCE = 0.5;

type Columns = ReadonlyMap<string, ColumnValues>;

/**
 * The verdict on all columns together, by a classifier that tells rows of the current window from those of the reference:
 * drift where the whole interval of its out-of-fold ROC AUC is above `drift.multivariate`, inconclusive where a part of it is.
 *
 * @param current The compared columns of the window.
 * @returns Undefined where it is not asked for.
 */
export async function judgeMultivariate(
  request: DriftRequest,
  current: Columns,
  ports: ScoringPorts,
): Promise<DriftColumn | undefined> {
  const { drift, reference, config } = request;
  if (drift.multivariate === undefined) return undefined;
  const { maxAuc } = drift.multivariate;
  if (reference.rows === undefined) {
    return undecided(maxAuc, 'a registered profile has no rows; let the input reference name a table');
  }
  const compared = comparedColumns(request).filter((column) => !isMeasure(column));
  const keep = [...compared.map(({ name }) => name), ...columnsOfGrouping(drift.grouping)];
  const lost = keep.find((name) => !current.has(name));
  if (lost !== undefined) return undecided(maxAuc, `the current window has no column ${lost}`);
  if (compared.length === 0) return undecided(maxAuc, 'there are no columns to compare');
  const table = await ports.tables.describe(reference.rows.absolute, config.data.csv);
  const { columns } = await scoreDataset({ table, models: [], keep: [...new Set(keep)] }, ports);
  const [before, now] = [sampleOf(columns), sampleOf(current)];
  const sizes = [before, now].map((of) => sizeOf(of));
  if (Math.min(...sizes) < MIN_ROWS) {
    return undecided(maxAuc, `a window has ${Math.min(...sizes)} rows, fewer than the ${MIN_ROWS} needed`);
  }
  const pairs = compared.flatMap(({ name, kind }): readonly DomainColumn[] => {
    const [a, b] = [before.get(name), now.get(name)];
    return a === undefined || b === undefined ? [] : [{ kind, reference: a, current: b }];
  });
  const labels = Uint8Array.from({ length: sizeOf(before) + sizeOf(now) }, (_, row) => Number(row >= sizeOf(before)));
  const design = domainDesign(pairs);
  if (design.columns.length > MAX_NUMBERS) {
    const numbers = `${design.columns.length} numbers per row, more than ${MAX_NUMBERS}`;
    return undecided(maxAuc, `its columns make ${numbers}; name fewer columns in data.features`);
  }
  return judged(request, { design, labels, sampling: samplingOf(request, before, now) });
}

function judged(
  { drift }: DriftRequest,
  rows: { readonly design: ReturnType<typeof domainDesign>; readonly labels: Uint8Array; readonly sampling: Sampling },
): DriftColumn {
  const maxAuc = drift.multivariate?.maxAuc ?? Number.NaN;
  const { design, labels, sampling } = rows;
  const scores = outOfFoldScores({ design, labels, foldOf: foldsOf(labels.length, sampling), folds: FOLDS });
  const metric = findMetric('roc_auc', 'binary-classification');
  if (scores === undefined || metric === undefined) return undecided(maxAuc, 'a fold has rows of one window alone');
  const candidate = scores.map((score) => 1 / (1 + Math.exp(-score)));
  const population = {
    labels: Float64Array.from(labels),
    candidate,
    champion: null,
    weights: null,
    classes: 2,
    sampling,
  };
  // The lower bound alone raises an alarm: the rate is that of one side.
  const confidence = 1 - (2 * drift.falseAlarmRate) / drift.checks;
  const plan = { metrics: [metric], rules: [], confidence, decisionThreshold: 0.5 };
  const [found] = measurePopulation(population, plan).metrics;
  const [value, lower, upper] = [found?.value ?? null, found?.interval?.lower ?? null, found?.interval?.upper ?? null];
  if (value === null || lower === null || upper === null) {
    return undecided(maxAuc, found?.reason ?? 'its ROC AUC has no interval');
  }
  // Out-of-fold scores of unchanged windows may be a little worse than chance, which does not show that they are the same.
  const most = Math.max(CHANCE, value) + upper - value;
  const verdict = lower > maxAuc ? 'drift' : most > maxAuc ? 'inconclusive' : 'no-drift';
  const bounds = `${value.toFixed(3)} (${lower.toFixed(3)} to ${upper.toFixed(3)})`;
  const reason = `A classifier tells the two windows apart with a ROC AUC of ${bounds}; allowed: ${maxAuc}.`;
  return together(maxAuc, { value, lower }, { verdict, reason });
}

function undecided(maxAuc: number, reason: string): DriftColumn {
  const unknown = { value: null, lower: null };
  return together(maxAuc, unknown, { verdict: 'inconclusive', reason: `Not tested: ${reason}.` });
}

function together(
  maxAuc: number,
  { value, lower }: { readonly value: number | null; readonly lower: number | null },
  judgement: Pick<ComparedColumn, 'verdict' | 'reason'>,
): DriftColumn {
  return {
    ...{ name: 'all columns together', kind: 'numeric', test: 'domain classifier' },
    ...{ statistic: value, pValue: null, adjustedPValue: null },
    effect: { name: 'roc_auc', value, lower, floor: maxAuc, limit: null, visible: null },
    ...judgement,
  };
}

function sizeOf(columns: Columns): number {
  const [first] = columns.values();
  return first === undefined ? 0 : rowCount(first);
}

/** The same random rows in every run. */
function sampleOf(columns: Columns): Columns {
  const size = sizeOf(columns);
  if (size <= MAX_ROWS) return columns;
  const uniform = seededUniform(SEED);
  const order = Float64Array.from({ length: size }, uniform);
  const last = Float64Array.from(order).sort()[MAX_ROWS] ?? 1;
  const rows = Uint32Array.from(order.keys()).filter((row) => (order[row] ?? 1) < last);
  return new Map([...columns].map(([name, values]) => [name, pickRows(values, rows)]));
}

/** Groups over both windows: a user of both is one group. */
function samplingOf({ drift: { grouping } }: DriftRequest, before: Columns, now: Columns): Sampling {
  const [name] = columnsOfGrouping(grouping);
  const [a, b] = [before.get(name ?? ''), now.get(name ?? '')];
  if (a === undefined || b === undefined) return { kind: 'rows' };
  if (a.kind !== 'categorical' && a.kind === b.kind) {
    return clusterRows(grouping, { kind: a.kind, values: Float64Array.of(...a.values, ...b.values) });
  }
  return clusterRows(grouping, columnOfTexts([...textsOf(a), ...textsOf(b)]));
}

/** Folds by a seeded number per row, or per group. */
function foldsOf(rows: number, sampling: Sampling): Uint32Array {
  const uniform = seededUniform(SEED);
  const units = Uint32Array.from({ length: rows }, () => Math.floor(FOLDS * uniform()));
  return sampling.kind === 'rows' ? units : Uint32Array.from(sampling.ids, (id) => units[id] ?? 0);
}
