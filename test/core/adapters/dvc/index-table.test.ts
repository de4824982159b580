import { mkdtempSync, rmSync, type Stats, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { IndexTable } from '../../../../core/adapters/dvc/index-table.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'tidegate-index-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DIGESTS = { name: 'acbd18db4cc2f85cedef654fccc4a4d8', sha256: 'ab'.repeat(32) };
const LATER_MS = Date.now() + 60_000;
const NOW_MS = 1_800_000_000_000;

function file(name: string): string {
  const whole = path.join(folder, name);
  writeFileSync(whole, 'foo');
  return whole;
}

describe('IndexTable', () => {
  it('knows a file again in the next run, whatever its name', () => {
    const table = path.join(folder, 'table-1');
    const names = ['a', 'deep/é \u{1F600}', 'line\nbreak'];
    const stats = statSync(file('one'));
    const first = new IndexTable(table);
    for (const name of names) first.set(name, { seen: stats, readFromMs: LATER_MS }, DIGESTS);
    first.confirm('list.dir', names);
    first.write();
    const second = new IndexTable(table);
    expect(second.confirmed).toBe('list.dir');
    expect(second.paths).toEqual(names);
    for (const name of names) expect(second.find(name, stats)).toEqual(DIGESTS);
  });

  it('doubts a file that changed', () => {
    const whole = file('two');
    const table = new IndexTable(path.join(folder, 'table-2'));
    table.set('two', { seen: statSync(whole), readFromMs: LATER_MS }, DIGESTS);
    expect(table.find('two', statSync(whole))).toEqual(DIGESTS);
    utimesSync(whole, 1, 1);
    expect(table.find('two', statSync(whole))).toBeUndefined();
  });

  const whole = statSync(file('three'));
  const at = (ages: { readonly mtime: number; readonly ctime: number }): Stats =>
    Object.assign(Object.create(whole), { mtimeMs: NOW_MS - ages.mtime, ctimeMs: NOW_MS - ages.ctime });
  // Whether a second change within the tick of the first can leave the same times.
  it.each([
    { name: 'changed long before it was read', ages: { mtime: 5000, ctime: 5000 }, isRead: true, isBelieved: true },
    {
      name: 'changed in the tick in which reading began',
      ages: { mtime: 2, ctime: 2 },
      isRead: true,
      isBelieved: false,
    },
    { name: 'changed while it was read', ages: { mtime: -50, ctime: -50 }, isRead: true, isBelieved: false },
    { name: 'old, and moved in that tick', ages: { mtime: 5000, ctime: 2 }, isRead: true, isBelieved: true },
    { name: 'old, and put there in that tick', ages: { mtime: 40, ctime: 0 }, isRead: false, isBelieved: true },
    { name: 'put there, and written in that tick', ages: { mtime: 0, ctime: 0 }, isRead: false, isBelieved: false },
    { name: 'put there long ago, and seen now', ages: { mtime: 5000, ctime: 5000 }, isRead: false, isBelieved: false },
  ])('believes a file in later runs only if a later change shows: $name', ({ ages, isRead, isBelieved }) => {
    const where = path.join(folder, 'table-4');
    const stats = at(ages);
    const first = new IndexTable(where);
    first.set('three', { seen: stats, readFromMs: isRead ? NOW_MS : undefined }, DIGESTS);
    first.confirm('list.dir', ['three']);
    // However much later the table is written.
    first.write();
    const next = new IndexTable(where);
    expect(next.find('three', stats)).toEqual(isBelieved ? DIGESTS : undefined);
    expect(next.recorded('three')).toEqual(DIGESTS);
  });

  it('is no longer confirmed once a file was set anew', () => {
    const table = new IndexTable(path.join(folder, 'table-3'));
    const stats = statSync(file('three'));
    table.set('a', { seen: stats, readFromMs: LATER_MS }, DIGESTS);
    table.confirm('list.dir', ['a']);
    table.set('b', { seen: stats, readFromMs: LATER_MS }, DIGESTS);
    expect(table.confirmed).toBeUndefined();
  });

  it('takes a broken file for an empty one', () => {
    for (const text of ['', 'not json\n', '{"version":3,"count":9,"nameLength":32}\nshort']) {
      const table = path.join(folder, 'broken');
      writeFileSync(table, text);
      expect(new IndexTable(table).paths).toEqual([]);
    }
  });
});
