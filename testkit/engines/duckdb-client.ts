import { readFileSync } from 'node:fs';
import { loadNativeModule } from '../../core/adapters/native/native-module.ts';
import { PROJECT_MODULES } from '../../scripts/project-root.ts';

// A client as engines have them: it reads a statement from its standard input and prints the answer as CSV.
const [database = ''] = process.argv.slice(2);
const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', {
  env: {},
  nodeModules: PROJECT_MODULES,
  log: () => {},
});
const instance = await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' });
const connection = await instance.connect();
try {
  const reader = await connection.runAndReadAll(readFileSync(0, 'utf8'));
  const rows = reader.getRows().map((row) => row.map((value) => (value === null ? '' : String(value))).join(','));
  process.stdout.write(`${[reader.columnNames().join(','), ...rows].join('\n')}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  connection.closeSync();
  instance.closeSync();
}
