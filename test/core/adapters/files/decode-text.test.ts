import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlainFileFolder } from '../../../../core/adapters/dvc/plain-file-folder.ts';
import { recordOutputs } from '../../../../core/adapters/dvc/record-outputs.ts';
import { decodeText } from '../../../../core/adapters/files/decode-text.ts';
import { WorkspaceFiles } from '../../../../core/adapters/files/workspace-files.ts';

/** Bytes that other programs write as text, each with the line that is not UTF-8. */
const BROKEN: readonly { readonly name: string; readonly bytes: Uint8Array; readonly line: number }[] = [
  { name: 'Latin-1', bytes: Buffer.from('a: 1\n# M\xfcller\n', 'latin1'), line: 2 },
  { name: 'UTF-16 with a byte order mark', bytes: Buffer.from('\uFEFFa: 1\n', 'utf16le'), line: 1 },
  { name: 'a character that is cut off', bytes: Buffer.from('a: 1\nb: €').subarray(0, -1), line: 2 },
  { name: 'half of a surrogate pair', bytes: Buffer.from([0x61, 0x0a, 0x0a, 0xed, 0xa0, 0x80, 0x0a]), line: 3 },
  { name: 'an overlong form', bytes: Buffer.from([0xc0, 0xaf]), line: 1 },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-text-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('decodeText', () => {
  it.each(['', 'a: 1\r\n', '\uFEFFa: ü€😀\uFFFD'])('gives %j with every byte', (text) => {
    expect(decodeText(Buffer.from(text), 'f.yaml')).toBe(text);
  });

  it.each(BROKEN)('refuses $name, with its line', ({ bytes, line }) => {
    expect(() => decodeText(bytes, 'f.yaml')).toThrow(
      expect.objectContaining({ code: 'ENCODING_INVALID', place: { file: 'f.yaml', line } }),
    );
  });
});

describe('a file that is not UTF-8', () => {
  it.each(BROKEN)('($name) is refused by all that edit files, and keeps its bytes', async ({ bytes }) => {
    const path = join(folder, 'f.yaml');
    await writeFile(path, bytes);
    const refused = expect.objectContaining({ code: 'ENCODING_INVALID' });
    const output = { path: 'data.csv', md5: 'a'.repeat(32), sizeBytes: 1, fileCount: undefined, isExecutable: false };
    await expect(new WorkspaceFiles(folder).read('f.yaml')).rejects.toThrow(refused);
    await expect(recordOutputs(folder, 'f.yaml', [output])).rejects.toThrow(refused);
    const override = { file: undefined, key: 'a', value: '2' };
    await expect(new PlainFileFolder(folder).set('f.yaml', [override])).rejects.toThrow(refused);
    expect(await readFile(path)).toEqual(Buffer.from(bytes));
  });
});
