import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';

let folder: string;
let reader: DuckDbTableReader;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-shared-'));
  reader = new DuckDbTableReader({ env: process.env, nodeModules: PROJECT_MODULES, log: () => {} });
});
afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true, force: true });
});

/** Rows of the first table that the second one has too. */
async function shared(one: string, other: string): Promise<number | null> {
  const described = [];
  for (const [at, text] of [one, other].entries()) {
    const file = path.join(folder, `${at}.csv`);
    await writeFile(file, text);
    described.push(await reader.describe(file));
  }
  const [a, b] = described;
  if (a === undefined || b === undefined) throw new Error('no table');
  return reader.sharedRows(a, b);
}

describe('DuckDbTableReader.sharedRows', () => {
  it.each([
    ['a whole number that is a real one in the other table', 'age,y\n34,1\n35,0\n', 'age,y\n34.0,1\n,0\n35.5,0\n', 1],
    ['a truth value that is a number there', 'a,y\nTrue,1\nFalse,0\n', 'a,y\n1,1\n0,1\n', 1],
    ['a number that is text there, since one is not', 'zip,y\n7,1\n8,0\n', 'zip,y\n007,1\nA8,0\n', 1],
    ["pandas' numbers of rows, which differ", 'Unnamed: 0,a,y\n0,5,1\n1,6,0\n', 'Unnamed: 0,a,y\n17,5,1\n18,7,0\n', 1],
    ['numbers that differ', 'age,y\n34,1\n', 'age,y\n34.5,1\n', 0],
    ['text that differs', 'a,y\nx,1\n', 'a,y\ny,1\n', 0],
    ['missing values, which are equal to each other', 'a,b,y\n,2,1\n', 'a,b,y\n,2,1\n4,2,1\n', 1],
  ])('counts a row with %s', async (_, one, other, rows) => {
    expect(await shared(one, other)).toBe(rows);
  });

  it('is not known for tables without a column of both', async () => {
    expect(await shared('a\n1\n', 'b\n1\n')).toBeNull();
  });
});
