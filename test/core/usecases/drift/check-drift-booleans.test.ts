import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { checkDrift } from '../../../../core/usecases/drift/check-drift.ts';
import { profileDataset } from '../../../../core/usecases/evaluate/profile-dataset.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { scoredModel } from '../../../../testkit/scored-model.ts';
import { writeParquet } from '../../../../testkit/write-parquet.ts';

const folder = await mkdtemp(join(tmpdir(), 'tidegate-drift-booleans-'));
const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
const ports = { tables, clockMs: () => 0, progress: () => {} };
const parsed = parseConfig(
  JSON.stringify({
    version: 1,
    models: {
      m: {
        task: 'binary-classification',
        artifact: 'm.onnx',
        data: { label: 'y' },
        evaluate: { dataset: 'd', metrics: ['accuracy'] },
        gate: { rules: [{ metric: 'accuracy', min: 0 }] },
        drift: { current: 'c' },
      },
    },
  }),
);
const model = scoredModel(parsed.config.models.m);
const HEADER = {
  createdAt: '2001-03-01T00:00:00.000Z',
  tool: { name: 'tidegate', version: '0.1.0' },
  source: { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null },
  model: 'm',
} as const;

/** Flags of which a quarter or three quarters are true. */
const FLAGS = { few: (row: number) => row % 4 === 0, many: (row: number) => row % 4 !== 0 };
const ROWS = Array.from({ length: 600 }, (_, row) => row);
type Spell = (flag: boolean, row: number) => unknown;
const CSV: Readonly<Record<string, Spell>> = {
  'words.csv': (flag) => String(flag),
  'python.csv': (flag) => (flag ? 'True' : 'False'),
  'r.csv': (flag) => (flag ? 'TRUE' : 'FALSE'),
  'numbers.csv': (flag) => Number(flag),
  'mixed.csv': (flag, row) => (row % 8 < 4 ? String(flag) : flag ? 'True' : 'FALSE'),
};
const JSON_LINES: Readonly<Record<string, Spell>> = {
  'flags.jsonl': (flag) => flag,
  'numbers.jsonl': (flag) => Number(flag),
  'texts.jsonl': (flag) => (flag ? 'True' : 'False'),
};
const PARQUET = {
  'flags.parquet': ['BOOLEAN', (flag: boolean) => flag],
  'numbers.parquet': ['BIGINT', Number],
  'texts.parquet': ['VARCHAR', (flag: boolean) => (flag ? 'True' : 'False')],
} as const;
const FILES = [...Object.keys(CSV), ...Object.keys(JSON_LINES), ...Object.keys(PARQUET)];

beforeAll(async () => {
  for (const [name, isTrue] of Object.entries(FLAGS)) {
    const rowsOf = (spell: Spell) => ROWS.map((row) => ({ x: spell(isTrue(row), row), y: row % 2 }));
    for (const [file, spell] of Object.entries(CSV)) {
      await writeFile(
        join(folder, `${name}-${file}`),
        `x,y\n${rowsOf(spell)
          .map(({ x, y }) => `${x},${y}\n`)
          .join('')}`,
      );
    }
    for (const [file, spell] of Object.entries(JSON_LINES)) {
      await writeFile(
        join(folder, `${name}-${file}`),
        rowsOf(spell)
          .map((row) => JSON.stringify(row))
          .join('\n'),
      );
    }
    for (const [file, [type, spell]] of Object.entries(PARQUET)) {
      await writeParquet(folder, { [`${name}-${file}`]: { types: { x: type, y: 'BIGINT' }, rows: rowsOf(spell) } });
    }
  }
});
afterAll(async () => {
  await tables.close();
  await rm(folder, { recursive: true, force: true });
});

async function compare(before: string, now: string) {
  if (model.drift === undefined) throw new RangeError('no drift');
  const table = await tables.describe(join(folder, before));
  const { rows, columns } = await profileDataset({ table, data: model.data }, ports);
  const dataset = { path: 'd', digest: 'd', rows, from: null, to: null };
  const profile = { ...HEADER, schema: 'tidegate.dev/profile/v1', dataset, columns } as const;
  const { columns: found } = await checkDrift(
    {
      config: model,
      drift: model.drift,
      header: { ...HEADER, schema: 'tidegate.dev/drift/v1' },
      reference: { profile, path: 'd', digest: 'd' },
      current: { shown: now, absolute: join(folder, now) },
    },
    ports,
  );
  return found.map(({ kind, verdict }) => `${kind} ${verdict}`).join();
}

describe.each(FILES)('a column of flags as in %s', (before) => {
  it.each(FILES)('is one of two categories, also where it is now written as in %s', async (now) => {
    expect(await compare(`few-${before}`, `few-${now}`)).toBe('categorical no-drift');
    expect(await compare(`few-${before}`, `many-${now}`)).toBe('categorical drift');
  });
});
