import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { formatDirectoryManifest } from '../../../../core/domain/data/directory-manifest.ts';
import { dvcObjectKey } from '../../../../core/domain/data/dvc-object-key.ts';
import type { TrackedOutput } from '../../../../core/domain/data/tracked-output.ts';
import { compareCodePoints } from '../../../../core/domain/text/compare-code-points.ts';
import { type PullRequest, pullData } from '../../../../core/usecases/data/pull-data.ts';
import { InMemoryDataCache } from '../../../../testkit/fakes/in-memory-data-cache.ts';
import { InMemoryDataRemote } from '../../../../testkit/fakes/in-memory-data-remote.ts';
import { InMemoryDataWorkspace } from '../../../../testkit/fakes/in-memory-data-workspace.ts';
import { InMemorySourceTree } from '../../../../testkit/fakes/in-memory-tree.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const FILES = { a: 'one', 'sub/b': 'two', 'sub/c': 'one' };

let remote: InMemoryDataRemote;
let cache: InMemoryDataCache;
let workspace: InMemoryDataWorkspace;
beforeEach(() => {
  remote = new InMemoryDataRemote();
  cache = new InMemoryDataCache();
  workspace = new InMemoryDataWorkspace(cache);
});

function store(text: string, name = md5(text)): string {
  remote.objects.set(dvcObjectKey(name), Buffer.from(text));
  return name;
}

/** The name of a folder of these files; all of it is on the remote. */
function storeFolder(files: Readonly<Record<string, string>>): string {
  const entries = Object.entries(files).map(([path, text]) => ({ path, md5: store(text) }));
  const text = formatDirectoryManifest(entries.sort((a, b) => compareCodePoints(a.path, b.path)));
  return store(text, `${md5(text)}.dir`);
}

const output = (path: string, name: string): TrackedOutput => ({
  ...{ path, md5: name, sizeBytes: undefined, isExecutable: false, isCached: true, isPushed: true },
  ...{
    remote: undefined,
    declaredIn: `${path}.dvc`,
    line: 2,
    stage: undefined,
    imported: undefined,
    refusal: undefined,
  },
});

async function pull(outputs: readonly TrackedOutput[], more: Partial<PullRequest> = {}) {
  const told: string[] = [];
  const request = {
    ...{ wanted: outputs.map((one) => ({ output: one, parts: [''] })), jobs: 2, remote: undefined },
    ...{ allowMissing: false, force: false, keepCache: true, checkOnly: false, areNamed: false },
    ...more,
  };
  const result = pullData(request, {
    cache,
    workspace,
    openRemote: () => ({ name: 'memory', remote }),
    progress: { start: () => {}, part: () => {}, add: () => {}, finish: () => {} },
    sources: new InMemorySourceTree(['README.md']),
    tellMissing: (paths) => told.push(...paths),
  });
  return { result: await result.catch((error: unknown) => Promise.reject(Object.assign(error as Error, { told }))) };
}

const inFolder = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`data/${path}`, text]));

describe('pullData', () => {
  it('brings files and folders, each object once', async () => {
    const outputs = [output('data', storeFolder(FILES)), output('model', store('model'))];
    const { result } = await pull(outputs);
    expect(workspace.texts).toEqual({ ...inFolder(FILES), model: 'model' });
    // Three of them, because two files have the same bytes, and the list of the folder.
    expect(result).toMatchObject({ filesDownloaded: 4, filesUnchanged: 0, missing: [] });
    expect([...result.files].map(({ path }) => path).sort()).toEqual(['data/a', 'data/sub/b', 'data/sub/c', 'model']);
  });

  it('does nothing the second time, and asks the remote for nothing', async () => {
    const outputs = [output('data', storeFolder(FILES))];
    await pull(outputs);
    remote.objects.clear();
    const { result } = await pull(outputs);
    expect(result).toMatchObject({ filesDownloaded: 0, filesUnchanged: 3, objectsFromCache: 0, missing: [] });
  });

  it.each([true, false])(
    'makes the folder as another commit has it, without what is not in it: cache kept is %s',
    async (keepCache) => {
      await pull([output('data', storeFolder(FILES))], { keepCache });
      const other = { a: 'new', d: 'two' };
      await pull([output('data', storeFolder(other))], { keepCache });
      expect(workspace.texts).toEqual(inFolder(other));
      expect(await workspace.exists('data/sub')).toBe(false);
    },
  );

  it('overwrites nothing that was changed by hand, unless it is forced to', async () => {
    const outputs = [output('data', storeFolder(FILES)), output('model', store('model'))];
    workspace.write('data/a', 'by hand');
    await expect(pull(outputs)).rejects.toMatchObject({
      code: 'DATA_MODIFIED',
      message: expect.stringMatching(/^data\/a /),
    });
    expect(workspace.texts).toEqual({ 'data/a': 'by hand' });
    await pull(outputs, { force: true });
    expect(workspace.texts).toEqual({ ...inFolder(FILES), model: 'model' });
  });

  it('removes no file of a folder that has no other copy', async () => {
    const outputs = [output('data', storeFolder(FILES))];
    await pull(outputs);
    workspace.write('data/notes', 'by hand');
    await expect(pull(outputs)).rejects.toMatchObject({ code: 'DATA_MODIFIED' });
    expect(workspace.texts).toHaveProperty(['data/notes'], 'by hand');
  });

  it('says all that the remote lacks, and leaves the files that were there', async () => {
    workspace.write('model', 'old');
    await cache.add(
      md5('old'),
      (async function* () {
        yield Buffer.from('old');
      })(),
    );
    const name = storeFolder(FILES);
    remote.objects.delete(dvcObjectKey(md5('one')));
    const outputs = [output('data', name), output('model', store('new'))];
    await expect(pull(outputs)).rejects.toMatchObject({ code: 'OBJECT_MISSING', told: ['data/a', 'data/sub/c'] });
    expect(workspace.texts.model).toBe('old');
    const { result } = await pull(outputs, { allowMissing: true });
    expect(result).toMatchObject({ missing: ['data/a', 'data/sub/c'], dataset: undefined });
    expect(workspace.texts).toEqual({ 'data/sub/b': 'two', model: 'new' });
  });

  it('keeps nothing of an object with other bytes than its name', async () => {
    const name = store('right');
    store('wrong', name);
    await expect(pull([output('model', name)])).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    expect(workspace.texts).toEqual({});
  });

  it('puts no data in the place of a file that Git tracks', async () => {
    const failing = pull([output('README.md', store('data'))]);
    await expect(failing).rejects.toMatchObject({ code: 'DATA_INVALID' });
    expect(workspace.texts).toEqual({});
  });
});
