import { describe, expect, it } from 'vitest';
import { PulledFiles } from '../../../../core/domain/data/pulled-files.ts';
import { parseOutput } from '../../../../core/domain/data/tracked-output.ts';

const MD5 = 'acbd18db4cc2f85cedef654fccc4a4d8';

function output(path: string) {
  return parseOutput(new Map([['path', path]]), { file: 'dvc.lock', folder: '', stage: undefined });
}

describe('PulledFiles', () => {
  it('gives all files in the order of their paths, those of unchanged folders in between', () => {
    const files = ['data.csv', 'data-0', 'z', 'data0'].map((path) => ({ path, md5: MD5, output: output(path) }));
    const folders = ['data', 'a'].map((path) => ({
      output: output(path),
      folder: { count: 2, files: () => ['x', 'y'].map((name) => ({ path: name, md5: MD5 })) },
    }));
    const pulled = new PulledFiles(files, folders);
    expect(pulled.count).toBe(8);
    const expected = ['a/x', 'a/y', 'data-0', 'data.csv', 'data/x', 'data/y', 'data0', 'z'];
    expect([...pulled].map(({ path }) => path)).toEqual(expected);
    expect([...new PulledFiles([], folders)].map(({ path }) => path)).toEqual(['a/x', 'a/y', 'data/x', 'data/y']);
  });
});
