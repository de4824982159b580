import { loadNativeModule } from '../../../core/adapters/native/native-module.ts';
import { PROJECT_MODULES } from '../../project-root.ts';

// DuckDB alone over the columns that judging reads: node scan.ts <folder> -> seconds as JSON. `sums` reads every value and
// adds it up; `moments` takes its standard deviation too.
const [folder = '.'] = process.argv.slice(2);
const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', {
  env: process.env,
  nodeModules: PROJECT_MODULES,
  log: () => {},
});
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const columns = { data: 'late', candidate: 'score', champion: 'score' };

async function timed(aggregates: (column: string) => string): Promise<number> {
  const started = performance.now();
  for (const [name, column] of Object.entries(columns)) {
    await connection.run(`SELECT ${aggregates(column)} FROM read_parquet('${folder}/${name}.parquet')`);
  }
  return (performance.now() - started) / 1000;
}

await timed((column) => `max(${column})`);
const sums = await timed((column) => `sum(${column})`);
const moments = await timed((column) => `sum(${column}), stddev(${column})`);
connection.closeSync();
instance.closeSync();
console.log(JSON.stringify({ sums, moments }));
