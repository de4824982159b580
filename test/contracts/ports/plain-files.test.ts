import { describe, expect, it } from 'vitest';
import { PlainFileFolder } from '../../../core/adapters/dvc/plain-file-folder.ts';
import type { PlainMap, PlainValue } from '../../../core/domain/data/plain-value.ts';
import type { PlainFiles } from '../../../core/ports/data/plain-files.ts';
import { InMemoryPlainFiles } from '../../../testkit/fakes/in-memory-plain-files.ts';
import { useFolders } from './folder-under-test.ts';

const PARAMS = '{"z": {"lr": 0.5, "steps": [1, 2]}, "a": 1, "f": 1.0, "seed": 12345678901234567890, "none": NaN}';
const FILES = {
  'params.json': PARAMS,
  'sub/params.yaml': PARAMS.replace(', "none": NaN', ''),
  'empty.yaml': '',
  'broken.json': '{"a": ',
  'broken.yaml': '{"a": ',
  'one.yaml': '7',
  'params.toml': '',
};
const JSON_OR_YAML = ['params.json', 'sub/params.yaml'];

const map = (entries: Readonly<Record<string, PlainValue>>): PlainMap => new Map(Object.entries(entries));
const override = (key: string, value: string) => ({ file: undefined, key, value });

/** What every `PlainFiles` keeps. `create` gives one with FILES. */
function contract(name: string, create: () => Promise<PlainFiles>): void {
  async function mapIn(files: PlainFiles, path: string): Promise<PlainMap> {
    const value = await files.read(path);
    if (!(value instanceof Map)) throw new Error(`${path} is not a mapping`);
    return value;
  }

  describe(name, () => {
    it.each(JSON_OR_YAML)('reads values as they are, in the order of the file: %s', async (path) => {
      const read = await mapIn(await create(), path);
      expect([...read.keys()].slice(0, 4)).toEqual(['z', 'a', 'f', 'seed']);
      expect(read.get('z')).toEqual(map({ lr: 0.5, steps: [1n, 2n] }));
      expect([read.get('a'), read.get('f'), read.get('seed')]).toEqual([1n, 1, 12345678901234567890n]);
    });

    it('tells a file that is absent from one that is empty, and refuses one that is broken', async () => {
      const files = await create();
      expect(await files.read('absent.yaml')).toBeUndefined();
      expect(await files.read('empty.yaml')).toBeNull();
      for (const path of ['broken.json', 'broken.yaml']) {
        await expect(files.read(path)).rejects.toMatchObject({ code: 'DVC_INVALID', place: { file: path } });
      }
    });

    it.each(JSON_OR_YAML)('sets parameters, and leaves every other value as it was: %s', async (path) => {
      const files = await create();
      const before = await mapIn(files, path);
      const overrides = [override('z.lr', '3'), override('z.steps.1', '0.5'), override('kind', 'text')];
      await files.set(path, [...overrides, override('new.deep', 'true')]);
      const after = await mapIn(files, path);
      expect(after).toEqual(
        new Map([...before, ...map({ z: map({ lr: 3n, steps: [1n, 0.5] }), kind: 'text', new: map({ deep: true }) })]),
      );
      expect([...after.keys()].slice(0, before.size)).toEqual([...before.keys()]);
    });

    it.each(JSON_OR_YAML)('sets the same twice as once: %s', async (path) => {
      const files = await create();
      await files.set(path, [override('a', '2')]);
      const once = await files.read(path);
      await files.set(path, [override('a', '2')]);
      expect(await files.read(path)).toEqual(once);
    });

    it('takes an empty file for one without parameters', async () => {
      const files = await create();
      await files.set('empty.yaml', [override('a.b', '1')]);
      expect(await files.read('empty.yaml')).toEqual(map({ a: map({ b: 1n }) }));
    });

    it.each([
      ['an absent file', 'absent.yaml', 'a', 'DATA_NOT_FOUND'],
      ['TOML', 'params.toml', 'a', 'DVC_UNSUPPORTED'],
      ['a broken file', 'broken.yaml', 'a', 'DVC_INVALID'],
      ['a key on a number', 'sub/params.yaml', 'a.b', 'INPUT_INVALID'],
      ['a key on a number in JSON', 'params.json', 'z.lr.x', 'INPUT_INVALID'],
      ['a key on a whole file of one value', 'one.yaml', 'a', 'INPUT_INVALID'],
      ['an index that is not in its list', 'params.json', 'z.steps.2', 'INPUT_INVALID'],
      ['a word as an index', 'params.json', 'z.steps.last', 'INPUT_INVALID'],
    ])('refuses to set %s, and changes nothing', async (_, path, key, code) => {
      const files = await create();
      const before = await files.read(path).catch(() => 'broken');
      await expect(files.set(path, [override('x', '1'), override(key, '1')])).rejects.toMatchObject({ code });
      expect(await files.read(path).catch(() => 'broken')).toEqual(before);
    });

    it('writes a lock that is read as it was written, and replaces it', async () => {
      const files = await create();
      const stage = (cmd: string) => map({ train: map({ cmd, params: map({ 'params.yaml': map({ f: 1, a: 1n }) }) }) });
      await files.writeLock('dvc.lock', stage('python old.py'));
      await files.writeLock('dvc.lock', stage('python train.py'));
      expect(await files.read('dvc.lock')).toEqual(map({ schema: '2.0', stages: stage('python train.py') }));
    });
  });
}

const folderOf = useFolders();

contract('PlainFileFolder', async () => new PlainFileFolder(await folderOf(FILES)));
contract('InMemoryPlainFiles', async () => new InMemoryPlainFiles(FILES));
