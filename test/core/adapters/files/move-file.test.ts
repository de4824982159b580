import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { moveFile } from '../../../../core/adapters/files/move-file.ts';

const here = mkdtempSync(path.join(os.tmpdir(), 'tidegate-move-'));
// A file system of its own on Linux; elsewhere, and where /tmp is one too, both tests are of one file system.
const there = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/tidegate-move-') : here;
afterAll(() => {
  for (const folder of [here, there]) rmSync(folder, { recursive: true, force: true });
});

describe('moveFile', () => {
  it.each([
    { name: 'the same file system', folder: here },
    { name: 'another file system', folder: there },
  ])('replaces a file on $name and leaves nothing else', ({ folder }) => {
    const [from, to] = [path.join(here, 'from'), path.join(folder, 'to')];
    writeFileSync(from, 'new');
    utimesSync(from, 1, 1);
    writeFileSync(to, 'old');
    moveFile(from, to);
    expect(statSync(to).mtimeMs).toBe(1000);
    expect(readFileSync(to, 'utf8')).toBe('new');
    expect(existsSync(from)).toBe(false);
    expect(readdirSync(folder)).toEqual(['to']);
    rmSync(to);
  });

  it('leaves the file where it is when it cannot be moved', () => {
    const from = path.join(here, 'from');
    writeFileSync(from, 'new');
    expect(() => moveFile(from, path.join(there, 'absent', 'to'))).toThrow('ENOENT');
    expect(readFileSync(from, 'utf8')).toBe('new');
  });
});
