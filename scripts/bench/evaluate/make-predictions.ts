import { mkdir } from 'node:fs/promises';
import { loadNativeModule } from '../../../core/adapters/native/native-module.ts';
import { PROJECT_MODULES } from '../../project-root.ts';

// Labels and two models' scores, made of hashes so that every run gives the same: node make-predictions.ts <folder> <rows>
const [folder = '.', rows = '1000'] = process.argv.slice(2);
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
const columns = {
  data: `CAST(${uniform(4)} < 1 / (1 + exp(-${z})) AS TINYINT) AS late`,
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
