import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../seeded-random.ts';
import { runSql } from '../write-parquet.ts';

/** The types of columns, by the names that DuckDB gives them. */
export type EngineType = 'BIGINT' | 'DOUBLE' | 'VARCHAR' | 'TIMESTAMP' | 'BOOLEAN' | 'DATE';

/** A table as files of CSV and Parquet with the same rows. */
export interface EngineTable {
  readonly types: Readonly<Record<string, EngineType>>;
  readonly file: (format: 'csv' | 'parquet') => string;
}

/** Tables by their names. */
export type EngineTables = Readonly<Record<string, EngineTable>>;

export const TYPES_OF_POSTGRES: Readonly<Record<EngineType, string>> = {
  BIGINT: 'bigint',
  DOUBLE: 'double precision',
  VARCHAR: 'text',
  TIMESTAMP: 'timestamp',
  BOOLEAN: 'boolean',
  DATE: 'date',
};

const CLASSES = ['x', 'y', "z'; DROP"];
/** Values that engines read in different ways where they are not written with care. */
export const REGIONS = ['north', "O'Brien", 'a\\', '-- x', 'ünï "q"', '', null] as const;
const logistic = (z: number) => 1 / (1 + Math.exp(-z));

const TYPES = {
  id: 'BIGINT',
  late: 'BIGINT',
  is_late: 'BOOLEAN',
  delay: 'DOUBLE',
  at: 'TIMESTAMP',
  day: 'DATE',
  region: 'VARCHAR',
  kind: 'VARCHAR',
  weight: 'DOUBLE',
  amount: 'DOUBLE',
  code: 'BIGINT',
  p_new: 'DOUBLE',
  p_old: 'DOUBLE',
  forecast: 'DOUBLE',
  v_x: 'DOUBLE',
  v_y: 'DOUBLE',
  "v_z'; DROP": 'DOUBLE',
} as const satisfies Record<string, EngineType>;

const SCORES = { id: 'BIGINT', 'score_1.0.0': 'DOUBLE', score: 'DOUBLE' } as const satisfies Record<string, EngineType>;

/**
 * Writes the tables `flights`, and `scores` with its scores in another order and some of other rows.
 *
 * @param rows More than 1,000.
 */
export async function writeEngineTables(
  rows: number,
): Promise<{ readonly folder: string; readonly tables: EngineTables }> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-engine-tables-'));
  const flights = makeFlights(rows);
  const scores = [...flights].reverse().map(({ id, p_new, p_old }) => ({ id, 'score_1.0.0': p_old, score: p_new }));
  scores.push({ id: rows + 5, 'score_1.0.0': 0.5, score: 0.5 });
  const tables = {
    flights: await written(folder, 'flights', { types: TYPES, rows: flights }),
    scores: await written(folder, 'scores', { types: SCORES, rows: scores }),
  };
  return { folder, tables };
}

function makeFlights(rows: number) {
  const random = seededRandom(11);
  return Array.from({ length: rows }, (_, i) => {
    const z = random.normal();
    const kind = CLASSES[Math.floor(3 * random.uniform())] ?? 'x';
    const votes = CLASSES.map((name) => Math.exp((name === kind ? 1 : 0) + 0.5 * random.normal()));
    const total = votes.reduce((sum, one) => sum + one, 0);
    const late = random.uniform() < logistic(2 * z) ? 1 : 0;
    const instant = new Date(Date.UTC(2001, 0, 1 + (i % 50), i % 24, i % 60));
    return {
      id: i,
      late,
      is_late: late === 1,
      delay: 10 * z + random.normal(),
      at: instant.toISOString().slice(0, 19),
      day: instant.toISOString().slice(0, 10),
      region: REGIONS[i % REGIONS.length] ?? null,
      kind,
      weight: i % 7 === 0 ? 0 : 1 + (i % 5),
      amount: i % 10 === 0 ? null : Math.exp(random.normal()),
      code: i % 12,
      p_new: logistic(2 * z + 0.2 * random.normal()),
      p_old: logistic(2 * z + 2 * random.normal()),
      forecast: 10 * z + 2 * random.normal(),
      v_x: (votes[0] ?? 0) / total,
      v_y: (votes[1] ?? 0) / total,
      "v_z'; DROP": (votes[2] ?? 0) / total,
    };
  });
}

interface WrittenRows {
  readonly types: Readonly<Record<string, EngineType>>;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

async function written(folder: string, name: string, { types, rows }: WrittenRows): Promise<EngineTable> {
  const csv = join(folder, `${name}.csv`);
  const parquet = join(folder, `${name}.parquet`);
  const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
  const lines = rows.map((row) =>
    Object.keys(types)
      .map((column) => (row[column] === null ? '\\N' : quoted(row[column])))
      .join(','),
  );
  await writeFile(csv, `${[Object.keys(types).map(quoted).join(','), ...lines].join('\n')}\n`);
  const columns = Object.entries(types).map(([column, type]) => `'${column.replaceAll("'", "''")}': '${type}'`);
  const read = `read_csv('${csv}', header = true, quote = '"', escape = '"', delim = ',', nullstr = '\\N', columns = {${columns.join(', ')}})`;
  await runSql(`COPY (SELECT * FROM ${read}) TO '${parquet}' (FORMAT parquet)`);
  return { types, file: (format) => (format === 'csv' ? csv : parquet) };
}
