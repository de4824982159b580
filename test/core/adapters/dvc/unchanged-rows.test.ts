import { mkdirSync, mkdtempSync, rmSync, type Stats, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { areRowsUnchanged } from '../../../../core/adapters/dvc/unchanged-rows.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'tidegate-rows-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function numbersOf({ size, mtimeMs, ctimeMs, ino }: Stats): number[] {
  return [size, mtimeMs, ctimeMs, ino];
}

/** A folder with the same file as each of `count` rows, and a second file as the last one. */
function rows(name: string, count: number) {
  const folder = path.join(root, name);
  mkdirSync(folder);
  for (const file of ['a', 'last']) writeFileSync(path.join(folder, file), 'foo');
  const [first, last, own] = ['a', 'last', '.'].map((file) => statSync(path.join(folder, file)));
  if (first === undefined || last === undefined || own === undefined) throw new Error('unreachable');
  const numbers = new Float64Array(count * 4);
  for (let row = 0; row < count; row += 1) numbers.set(numbersOf(row === count - 1 ? last : first), row * 4);
  const paths = [...Array.from({ length: count - 1 }, () => 'a'), 'last'];
  const folders = [['', own.mtimeMs, own.ctimeMs, own.ino]] as const;
  return { folder, folders, paths, numbers };
}

describe('areRowsUnchanged', () => {
  const sizes = [
    { name: 'few rows, in one thread', count: 3 },
    { name: 'many rows, in two threads', count: 20_001 },
  ];
  it.each(sizes)('sees the last file change among $name', async ({ count }) => {
    const remembered = rows(`files-${count}`, count);
    expect(await areRowsUnchanged(remembered)).toBe(true);
    utimesSync(path.join(remembered.folder, 'last'), 1, 1);
    expect(await areRowsUnchanged(remembered)).toBe(false);
    rmSync(path.join(remembered.folder, 'last'));
    expect(await areRowsUnchanged(remembered)).toBe(false);
  });

  it('sees that a file was added', async () => {
    const remembered = rows('added', 3);
    writeFileSync(path.join(remembered.folder, 'b'), '');
    expect(await areRowsUnchanged(remembered)).toBe(false);
  });
});
