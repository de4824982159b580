import { mkdir } from 'node:fs/promises';
import { loadNativeModule } from '../../../core/adapters/native/native-module.ts';
import { PROJECT_MODULES } from '../../project-root.ts';

// Labels and two models' scores, made of hashes so that every run gives the same:
// node make-predictions.ts <folder> <rows> [wide], where a wide dataset has texts, a date, a truth value and weights too.
const [folder = '.', rows = '1000', kind = ''] = process.argv.slice(2);
const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', {
  env: process.env,
  nodeModules: PROJECT_MODULES,
  log: () => {},
});
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await mkdir(folder, { recursive: true });

/** A uniform number of row i, the same for the same seed. */
const uniform = (seed: number) => `(hash(i * 8 + ${seed}) / 18446744073709551616.0)`;
const z = `(3 * (${uniform(1)} + ${uniform(2)} + ${uniform(3)} - 1.5) - 1.2)`;
const score = (seed: number, noise: number) => `1 / (1 + exp(-(${z} + ${noise} * (${uniform(seed)} - 0.5))))`;
const one = (seed: number, ...values: readonly string[]) =>
  `list_value(${values.map((value) => `'${value}'`).join(', ')})[1 + CAST(floor(${uniform(seed)} * ${values.length}) AS INTEGER)]`;
const WIDE = [
  'i AS id',
  `DATE '2026-01-01' + CAST(i * 365 // ${rows} AS INTEGER) AS day`,
  `${one(7, 'north', 'south', 'west')} AS region`,
  `${one(8, 'night', 'morning', 'noon', 'evening')} AS part`,
  `${uniform(9)} < 0.3 AS is_new`,
  `0.5 + ${uniform(10)} AS weight`,
];
const columns = {
  data: [`CAST(${uniform(4)} < 1 / (1 + exp(-${z})) AS TINYINT) AS late`, ...(kind === 'wide' ? WIDE : [])].join(', '),
  candidate: `${score(5, 0.8)} AS score`,
  champion: `${score(6, 1.6)} AS score`,
};
for (const [name, column] of Object.entries(columns)) {
  await connection.run(
    `COPY (SELECT ${column} FROM range(${rows}) AS r(i)) TO '${folder}/${name}.parquet' (FORMAT parquet, CODEC 'snappy')`,
  );
}
connection.closeSync();
instance.closeSync();
