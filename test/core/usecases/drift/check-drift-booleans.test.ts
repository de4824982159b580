import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDrift } from '../../../../core/usecases/drift/check-drift.ts';
import { profileDataset } from '../../../../core/usecases/evaluate/profile-dataset.ts';
import { driftRequest, keptProfile, openTables, watchedModel } from '../../../../testkit/drift-check.ts';
import { writeParquet } from '../../../../testkit/write-parquet.ts';

const { folder, tables, ports, close } = await openTables();
const model = watchedModel();

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
afterAll(close);

async function compare(before: string, now: string) {
  const table = await tables.describe(join(folder, before));
  const profile = keptProfile(await profileDataset({ table, data: model.config.data }, ports));
  const { columns } = await checkDrift(driftRequest(model, { profile, current: join(folder, now) }), ports);
  return columns.map(({ kind, verdict }) => `${kind} ${verdict}`).join();
}

describe.each(FILES)('a column of flags as in %s', (before) => {
  it.each(FILES)('is one of two categories, also where it is now written as in %s', async (now) => {
    expect(await compare(`few-${before}`, `few-${now}`)).toBe('categorical no-drift');
    expect(await compare(`few-${before}`, `many-${now}`)).toBe('categorical drift');
  });
});
