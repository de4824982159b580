import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { checkChampionData } from '../../../../core/usecases/evaluate/check-champion-data.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'champion-data-'));
  for (const folder of ['src', 'two-formats', 'parts']) await mkdir(join(root, folder));
  const rows = (from: number) =>
    `id,x\n${Array.from({ length: 50 }, (_, at) => `${from + at},${(from + at) * 7}`).join('\n')}\n`;
  const zipped = gzipSync(rows(1000));
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'test.csv': rows(0),
    'others.csv': rows(100),
    'overlap.csv': rows(40),
    'semicolons.csv': rows(40).replaceAll(',', ';'),
    'cut.csv.gz': zipped.subarray(0, zipped.length - 12),
    'stations.csv': 'name,city\na,b\n',
    'src/train.py': 'print()\n',
    'params.yaml': 'depth: 3\n',
    Makefile: 'all:\n',
    'parts/a.csv': rows(200),
    'parts/b.csv': rows(49),
    'two-formats/a.csv': rows(300),
    'two-formats/b.jsonl': '{"id": 1}\n',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content);
});

afterAll(async () => {
  await tables.close();
  await rm(root, { recursive: true });
});

/** What a champion's training read, against test.csv. */
async function check(...trainedOn: readonly string[]) {
  const history = {
    trainedOn: trainedOn.map((path) => ({ path, digest: DIGEST })),
    registeredAt: '2001-06-01T00:00:00.000Z',
    judgedOn: { digest: `sha256:${'9'.repeat(64)}`, to: null },
  };
  const table = await tables.describe(join(root, 'test.csv'));
  return checkChampionData(
    history,
    { digest: `sha256:${'5'.repeat(64)}`, from: null, table },
    {
      tables,
      hasher: new FileArtifactHasher(),
      resolve: (path) => join(root, path),
      bringData: async (path) => {
        const found = await stat(join(root, path)).catch(() => undefined);
        if (found === undefined) return 'absent';
        return found.isDirectory() ? 'folder' : 'file';
      },
    },
  );
}

describe('checkChampionData', () => {
  it('says that no row is in the tables that were read, whatever code and parameters were read too', async () => {
    const found = await check(
      'src/train.py',
      'src',
      'gone.py',
      'Makefile',
      'params.yaml',
      'stations.csv',
      'others.csv',
    );
    expect(found.problem).toBeUndefined();
    expect(found.note).toContain('no row of this dataset is in its training data, as others.csv is now');
  });

  it.each([
    ['a file', 'overlap.csv', '10 rows'],
    ['a file with another delimiter', 'semicolons.csv', '10 rows'],
    ['a folder', 'parts', '1 rows'],
  ])('finds the rows that are in %s', async (_what, path, rows) => {
    expect(await check('others.csv', path)).toEqual({
      problem: expect.stringContaining(`${rows} of this dataset are in`),
    });
  });

  it.each([
    ['is cut', 'cut.csv.gz'],
    ['is not here', 'gone.csv'],
    ['is a folder that is not here', 'gone'],
    ['is of two formats', 'two-formats'],
  ])('never says so where a table that it was trained on %s', async (_what, path) => {
    for (const paths of [[path], ['others.csv', path], [path, 'others.csv']]) {
      expect(await check(...paths)).toEqual({ problem: expect.stringContaining(`${path}, which cannot be read`) });
    }
  });

  it.each([[['stations.csv']], [['src']], [[]]])('never says so where nothing could be compared: %j', async (paths) => {
    expect(await check(...paths)).toEqual({ problem: expect.stringContaining('no table of its training data') });
  });
});
