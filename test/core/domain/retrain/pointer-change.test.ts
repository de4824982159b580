import { describe, expect, it } from 'vitest';
import { isPointerChange } from '../../../../core/domain/retrain/pointer-change.ts';

const [A, B] = ['a'.repeat(32), 'b'.repeat(32)];
const FILE = `# raw data\nouts:\n- md5: ${A}\n  size: 10\n  hash: md5\n  path: raw.parquet\n`;
const FOLDER = `outs:\n- md5: ${A}.dir\n  size: 10\n  nfiles: 3\n  hash: md5\n  path: raw\n`;

describe('isPointerChange', () => {
  it('lets digests, sizes and counts change, and what DVC 3 adds to a pointer of DVC 2', () => {
    expect(isPointerChange(FILE, FILE.replace(A, B).replace('10', '11'))).toBe(true);
    expect(isPointerChange(FOLDER, FOLDER.replace(A, B).replace('nfiles: 3', 'nfiles: 4'))).toBe(true);
    expect(isPointerChange(FILE.replace('  hash: md5\n', ''), FILE)).toBe(true);
    expect(isPointerChange(FILE, FILE)).toBe(true);
    const digits = '1'.repeat(32);
    expect(isPointerChange(FILE, FILE.replace(A, `'${digits}'`))).toBe(true);
  });

  const refused: readonly { readonly name: string; readonly after: string }[] = [
    { name: 'another path', after: FILE.replace('raw.parquet', 'train.py') },
    { name: 'another output', after: `${FILE}- md5: ${B}\n  path: fractions.py\n` },
    { name: 'no output', after: FILE.replace(/- md5[\s\S]*/, '') },
    { name: 'a folder in place of a file', after: FILE.replace(A, `${B}.dir`) },
    { name: 'another remote', after: `${FILE}  remote: elsewhere\n` },
    { name: 'a working directory', after: `wdir: ..\n${FILE}` },
    { name: 'a dependency', after: `${FILE}deps:\n- path: x\n` },
    { name: 'the executable bit', after: FILE.replace('  hash', '  isexec: true\n  hash') },
    { name: 'a second path in the line of the digest', after: FILE.replace(A, `{a: ${B}, path: x}`) },
    { name: 'a comment', after: FILE.replace('raw data', 'other data') },
    { name: 'a line that only some readers see', after: FILE.replace('raw data', 'raw\u2028path: x') },
    { name: 'carriage returns', after: FILE.replaceAll('\n', '\r\n') },
    { name: 'a size that is no number', after: FILE.replace('size: 10', 'size: !!python/name:os.system') },
    { name: 'another indent of a recorded line', after: FILE.replace('  size: 10', '    size: 10') },
  ];
  it.each(refused)('refuses $name', ({ after }) => {
    expect(isPointerChange(FILE, after)).toBe(false);
  });

  it('costs little, however long the text', () => {
    expect(isPointerChange(FILE, `${FILE}${'  size: 1\n'.repeat(10_000)}`)).toBe(false);
  });
});
