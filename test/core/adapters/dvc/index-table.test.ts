import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { IndexTable } from '../../../../core/adapters/dvc/index-table.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'tidegate-index-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DIGESTS = { name: 'acbd18db4cc2f85cedef654fccc4a4d8', sha256: 'ab'.repeat(32) };
const LATER_MS = Date.now() + 60_000;

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
    for (const name of names) first.set(name, stats, DIGESTS);
    first.confirm('list.dir', names);
    first.write(LATER_MS);
    const second = new IndexTable(table);
    expect(second.confirmed).toBe('list.dir');
    expect(second.paths).toEqual(names);
    for (const name of names) expect(second.find(name, stats)).toEqual(DIGESTS);
  });

  it('doubts a file that changed, and one that changed as the index was written', () => {
    const table = path.join(folder, 'table-2');
    const whole = file('two');
    const first = new IndexTable(table);
    first.set('two', statSync(whole), DIGESTS);
    first.write(LATER_MS);
    utimesSync(whole, 1, 1);
    expect(new IndexTable(table).find('two', statSync(whole))).toBeUndefined();
    first.set('two', statSync(whole), DIGESTS);
    first.write(statSync(whole).ctimeMs);
    expect(new IndexTable(table).find('two', statSync(whole))).toBeUndefined();
  });

  it('is no longer confirmed once a file was set anew', () => {
    const table = new IndexTable(path.join(folder, 'table-3'));
    const stats = statSync(file('three'));
    table.set('a', stats, DIGESTS);
    table.confirm('list.dir', ['a']);
    table.set('b', stats, DIGESTS);
    expect(table.confirmed).toBeUndefined();
  });

  it('takes a broken file for an empty one', () => {
    for (const text of ['', 'not json\n', '{"version":2,"count":9,"nameLength":32}\nshort']) {
      const table = path.join(folder, 'broken');
      writeFileSync(table, text);
      expect(new IndexTable(table).paths).toEqual([]);
    }
  });
});
