import { DuckDbTableReader } from '../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { OnnxModelRunner } from '../../../core/adapters/onnx/onnx-model-runner.ts';
import { scoreDataset } from '../../../core/usecases/evaluate/score-dataset.ts';
import { PROJECT_MODULES } from '../../project-root.ts';

// Scores a table in memory, in batches: node score.ts <folder> <threads> <batch> -> seconds and a sum as JSON.
const [folder = '.', threads = '2', batch = '10000'] = process.argv.slice(2);
const engines = { env: process.env, nodeModules: PROJECT_MODULES, log: () => {} };
const tables = new DuckDbTableReader(engines);
const names = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6'];
const table = await tables.describe(`${folder}/data.parquet`);
const ports = { tables, clockMs: () => performance.now(), progress: () => {} };
const { rows, columns } = await scoreDataset({ table, models: [], keep: names }, ports);
await tables.close();
const model = await new OnnxModelRunner({ ...engines, threads: Number(threads) }).open(`${folder}/candidate.onnx`);
const input = model.inputs[0];
if (input === undefined) throw new Error('a model without inputs');
const values = names.map((name) => {
  const column = columns.get(name);
  if (column?.kind !== 'numeric') throw new Error(`no numbers in ${name}`);
  return column.values;
});

/** Two batches a thread, as when a dataset is scored. */
async function scoreAll(size: number, until: number): Promise<number> {
  const underWay: Promise<Float64Array>[] = [];
  let sum = 0;
  const takeScores = async () => {
    for (const score of (await underWay.shift()) ?? []) sum += score;
  };
  for (let from = 0; from < until; from += size) {
    underWay.push(scoreRows(from, Math.min(from + size, until)));
    if (underWay.length > 2 * Number(threads)) await takeScores();
  }
  while (underWay.length > 0) await takeScores();
  return sum;
}

function scoreRows(from: number, to: number): Promise<Float64Array> {
  const part = names.map((name, at) => {
    const numbers = values[at]?.subarray(from, to) ?? new Float64Array(0);
    return [name, { kind: 'numeric', values: numbers }] as const;
  });
  return model.score(
    { rows: to - from, columns: new Map(part) },
    { kind: 'one-tensor', input: input ?? { name: '', type: 'float32', shape: [] }, features: names },
  );
}

await scoreAll(1000, 10_000);
const used = process.cpuUsage();
const started = performance.now();
const sum = await scoreAll(Number(batch), rows);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(used);
console.log(JSON.stringify({ seconds, cpu: (user + system) / 1e6, sum }));
await model.close();
