import { beforeEach, describe, expect, it } from 'vitest';
import { dvcObjectKey } from '../../../../core/domain/data/dvc-object-key.ts';
import { pushRecorded } from '../../../../core/usecases/record/push-recorded.ts';
import { InMemoryDataCache } from '../../../../testkit/fakes/in-memory-data-cache.ts';
import { InMemoryDataRemote } from '../../../../testkit/fakes/in-memory-data-remote.ts';
import { LIST, MEMBERS, MODEL, md5, runsOf, TABLE } from './recorded-world.ts';

let remote: InMemoryDataRemote;
beforeEach(() => {
  remote = new InMemoryDataRemote();
});

const HONEST: Readonly<Record<string, string>> = {
  [TABLE]: LIST,
  [md5(MODEL)]: MODEL,
  ...Object.fromEntries(Object.values(MEMBERS).map((text) => [md5(text), text])),
};
const progress = { start: () => {}, part: () => {}, add: () => {}, finish: () => {} };

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

async function push(left: Readonly<Record<string, string>>) {
  return pushRecorded(await runsOf(), 4, {
    cache: new InMemoryDataCache(),
    openRemote: () => ({ name: 'storage', remote }),
    left: (name) => (left[name] === undefined ? undefined : once(left[name])),
    progress,
  });
}

const onRemote = () => [...remote.objects.keys()].sort();
const KEYS = Object.keys(HONEST).map(dvcObjectKey).sort();

describe('pushRecorded', () => {
  it('pushes what DVC keeps of the stages, and not what Git keeps', async () => {
    expect(await push(HONEST)).toMatchObject({ filesUploaded: 4, objectsThere: 0 });
    expect(onRemote()).toEqual(KEYS);
  });

  it('sends nothing that the remote has, though the training job left it or not', async () => {
    await push(HONEST);
    expect(await push(HONEST)).toMatchObject({ filesUploaded: 0, bytesUploaded: 0 });
    expect(await push({})).toMatchObject({ filesUploaded: 0, objectsThere: 2 });
  });

  it.each([
    { name: 'a model', object: md5(MODEL) },
    { name: 'the list of a folder', object: TABLE },
    { name: 'a file of a folder', object: md5(MEMBERS['a.csv']) },
  ])('refuses $name that no one has', async ({ object }) => {
    const { [object]: _, ...rest } = HONEST;
    await expect(push(rest)).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
    expect(onRemote()).not.toContain(dvcObjectKey(object));
  });

  it('never shows a list on the remote before its files are there', async () => {
    const { [md5(MEMBERS['b.csv'])]: _, ...rest } = HONEST;
    await expect(push(rest)).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
    expect(onRemote()).not.toContain(dvcObjectKey(TABLE));
  });

  it.each([
    { name: 'a model', object: md5(MODEL) },
    { name: 'a list', object: TABLE },
    { name: 'a file of a folder', object: md5(MEMBERS['a.csv']) },
  ])('pushes no other bytes under the name of $name', async ({ object }) => {
    await expect(push({ ...HONEST, [object]: 'forged' })).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    expect(onRemote()).toEqual([]);
  });
});
