import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../core/adapters/duckdb/duckdb-table-reader.ts';
import { parseDataSchema } from '../../core/config/parse-data-schema.ts';
import { formatSchema } from '../../core/domain/data-schema/format-schema.ts';
import { checkData } from '../../core/usecases/data/check-data.ts';
import { inferDataSchema } from '../../core/usecases/data/infer-data-schema.ts';
import { PROJECT_MODULES } from '../../scripts/project-root.ts';
import { makeInputs } from './make-inputs.ts';

interface SchemaCase {
  readonly name: string;
  readonly file: string;
  readonly schema: string;
  readonly rows: number;
  /** By column and check. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES, log: () => {} });
const inputs = await makeInputs<SchemaCase>('data_schema');

afterAll(async () => {
  await tables.close();
  await inputs.remove();
});

describe.each(inputs.cases)('$name', ({ file, schema, counts, rows }) => {
  it('violates a schema as often as pandas counts', async () => {
    const table = await tables.describe(join(inputs.folder, file));
    const parsed = parseDataSchema(schema, 'schema.yaml');
    const result = await checkData({ schema: parsed, sensitive: [], table, nowMs: 0 }, tables);
    const found: Record<string, Record<string, number>> = Object.fromEntries(
      Object.keys(counts).map((name) => [name, {}]),
    );
    for (const { check, column = '', count } of result.violations)
      Object.assign(found[column] ?? {}, { [check]: count });
    expect(result.rows).toBe(rows);
    expect(found).toEqual(counts);
  });

  it('satisfies the schema that is inferred from it, after it was written and read back', async () => {
    const table = await tables.describe(join(inputs.folder, file));
    const inferred = await inferDataSchema({ table, sensitive: [], time: undefined, key: [] }, tables);
    const parsed = parseDataSchema(formatSchema(inferred, { source: file, rows }), 'schema.yaml');
    expect(parsed).toEqual(inferred.schema);
    const result = await checkData({ schema: parsed, sensitive: [], table, nowMs: 0 }, tables);
    expect(result.violations).toEqual([]);
  });
});
