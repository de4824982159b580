import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { loadNativeModule } from '../../../../core/adapters/native/native-module.ts';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { withExactKeys } from '../../../../core/domain/table/exact-keys.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { scoredModel } from '../../../../testkit/scored-model.ts';

const engines = { env: {}, nodeModules: PROJECT_MODULES };
const reader = new DuckDbTableReader(engines);
// Two that are one double, and one of 20 digits.
const IDS = ['9007199254740993', '9007199254740992', '-9007199254740993', '-9007199254740992'];
const LARGER = ['18446744073709551615', '18446744073709551614', '1', '2'];
const EXACT = ['9007199254740991', '-9007199254740991', '7', '8'];
let folder: string;
let files: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exact-'));
  const rows = IDS.map((id, at) => [id, LARGER[at], EXACT[at]]);
  files = {
    csv: join(folder, 't.csv'),
    jsonl: join(folder, 't.jsonl'),
    parquet: join(folder, 't.parquet'),
  };
  await writeFile(files.csv ?? '', `id,larger,exact\n${rows.map((row) => row.join(',')).join('\n')}\n`);
  const json = rows.map(([id, larger, exact]) => `{"id": ${id}, "larger": ${larger}, "exact": ${exact}}`);
  await writeFile(files.jsonl ?? '', `${json.join('\n')}\n`);
  const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', engines);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const values = rows.map(([id, larger, exact]) => `(${id}::BIGINT, ${larger}::UBIGINT, ${exact}::BIGINT)`).join(', ');
  await connection.run(`COPY (SELECT * FROM (VALUES ${values}) v(id, larger, exact)) TO '${files.parquet}'`);
  connection.closeSync();
});

afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true });
});

const CONFIG = `
version: 1
models:
  m:
    task: binary-classification
    artifact: m.onnx
    data: { label: y }
    evaluate: { dataset: t.csv, group: id, slices: [{ column: larger }], metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.5 }] }
    register: { store: ./versions }
`;

function config() {
  const m = scoredModel(parseConfig(CONFIG).config.models.m);
  if (m === undefined) throw new Error('no model');
  return m;
}

describe.each(['csv', 'jsonl', 'parquet'])('whole numbers beyond 2^53 in %s', (format) => {
  const file = () => files[format] ?? '';

  it('are known, and only they', async () => {
    const { columns } = await reader.describe(file());
    expect(columns.filter(({ isInexact }) => isInexact === true).map(({ name }) => name)).toEqual(['id', 'larger']);
  });

  it('stay different as groups and slices', async () => {
    const table = withExactKeys(await reader.describe(file()), [config()], []);
    const [batch] = await Array.fromAsync(reader.read(table, { columns: ['id', 'larger', 'exact'], batchRows: 100 }));
    expect(batch?.columns.map(({ values }) => [...values])).toEqual([IDS, LARGER, EXACT.map(Number)]);
  });

  it('stay numbers where a model computes with them', async () => {
    const table = withExactKeys(await reader.describe(file()), [config()], ['id']);
    const [batch] = await Array.fromAsync(reader.read(table, { columns: ['id'], batchRows: 100 }));
    expect(batch?.columns[0]?.values).toEqual(Float64Array.from(IDS, Number));
  });
});
