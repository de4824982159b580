import { DuckDbTableReader } from '../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { type ScoredPopulation, sliceOf } from '../../../core/domain/evaluation/population.ts';
import { cutSlices } from '../../../core/domain/evaluation/slice.ts';
import { findMetric } from '../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../core/domain/metrics/scored-rows.ts';
import { scoreDataset } from '../../../core/usecases/evaluate/score-dataset.ts';
import { PROJECT_MODULES } from '../../project-root.ts';

// Values of the metrics without intervals, of arrays in memory: node points.ts <folder> -> seconds and values as JSON.
const METRICS =
  'roc_auc average_precision log_loss brier_score accuracy balanced_accuracy f1 precision recall specificity mcc cohen_kappa';
const [folder = '.'] = process.argv.slice(2);
const tables = new DuckDbTableReader({ env: process.env, nodeModules: PROJECT_MODULES, log: () => {} });
const ports = { tables, clockMs: () => performance.now(), progress: () => {} };

async function columnsOf(name: string, keep: readonly string[]) {
  const table = await tables.describe(`${folder}/${name}.parquet`);
  return (await scoreDataset({ table, models: [], keep }, ports)).columns;
}

async function numbersOf(name: string, column: string): Promise<Float64Array> {
  const values = (await columnsOf(name, [column])).get(column);
  if (values?.kind !== 'numeric') throw new Error(`no numbers in ${column}`);
  return values.values;
}

const metrics = METRICS.split(' ').flatMap((name) => findMetric(name, 'binary-classification') ?? []);
const labels = await numbersOf('data', 'late');
const models = [await numbersOf('candidate', 'score'), await numbersOf('champion', 'score')];
const part = (await columnsOf('data', ['part'])).get('part');
const slices = part === undefined ? [] : cutSlices({ column: 'part' }, part);
await tables.close();

function measure({ labels: of, candidate, champion }: ScoredPopulation): number[] {
  return [candidate, champion].flatMap((scores) => {
    if (scores === null) return [];
    const rows = scoredRows({ labels: of, scores, weights: null, classes: 2 });
    return metrics.map((metric) => {
      const found = metric.estimate(rows, { decisionThreshold: 0.5 });
      return found.kind === 'estimate' ? found.value : Number.NaN;
    });
  });
}

const [candidate = labels, champion = null] = models;
const all: ScoredPopulation = { labels, candidate, champion, weights: null, classes: 2, sampling: { kind: 'rows' } };
const started = performance.now();
const values = measure(all);
for (const { key, rows } of slices) measure(sliceOf(all, key, rows));
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, values }));
