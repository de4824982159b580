import { cp, mkdir, mkdtemp, open, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { OnnxArtifactHasher } from '../../../../core/adapters/onnx/onnx-artifact-hasher.ts';
import { OnnxModelRunner } from '../../../../core/adapters/onnx/onnx-model-runner.ts';
import { joinBytes, writeField, writeNumber } from '../../../../core/adapters/onnx/protobuf.ts';
import { tensorLocations } from '../../../../core/adapters/onnx/tensor-locations.ts';
import { planInputs } from '../../../../core/domain/model/input-plan.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';

const MODELS = new URL('../../../fixtures/models/', import.meta.url).pathname;
/** Made by the package onnx: each has its weights in w.bin, named in another place of the model. */
const ELSEWHERE = (await readdir(join(MODELS, 'elsewhere'))).map((name) => name.replace('.onnx', ''));
const runner = new OnnxModelRunner({ env: {}, nodeModules: PROJECT_MODULES, threads: 1 });
/** One that fails as soon as the runtime is asked for. */
const withoutRuntime = new OnnxModelRunner({ env: { PATH: '', RUNNER_TOOL_CACHE: '/dev/null/none' } });
const weight = (value: number) => Buffer.from(Float32Array.of(value).buffer);

let root: string;
let folder: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidegate-weights-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = join(root, `${count++}`, 'artifact');
  await mkdir(folder, { recursive: true });
});

const model = (name: string) => cp(join(MODELS, 'elsewhere', `${name}.onnx`), join(folder, 'model.onnx'));

/** What the model gives for 2. */
async function score(path: string): Promise<number | undefined> {
  const opened = await runner.open(path);
  try {
    const plan = planInputs(opened.inputs, {}, [{ name: 'X', type: 'real' }]);
    const values = Float64Array.of(2);
    const [first] = await opened.score({ rows: 1, columns: new Map([['X', { kind: 'numeric', values }]]) }, plan);
    return first;
  } finally {
    await opened.close();
  }
}

const entry = (key: string, value: string) => writeField(13, joinBytes([text(1, key), text(2, value)]));
const text = (number: number, value: string) => writeField(number, new TextEncoder().encode(value));
/** A model of one tensor with these fields. */
const modelOf = (...fields: Uint8Array[]) => writeField(7, writeField(5, joinBytes(fields)));

describe('tensorLocations', () => {
  it.each(ELSEWHERE)('finds weights in another file: %s', async (name) => {
    expect(await tensorLocations(join(MODELS, 'elsewhere', `${name}.onnx`))).toEqual(['w.bin']);
  });

  it.each(['good', 'maps', 'columns', 'regression', 'custom'])(
    'finds none in a model of one file: %s',
    async (name) => {
      expect(await tensorLocations(join(MODELS, `${name}.onnx`))).toEqual([]);
    },
  );

  it.each<{ name: string; bytes: Uint8Array; locations: readonly string[] }>([
    { name: 'that names no file', bytes: modelOf(writeNumber(14, 1)), locations: [''] },
    { name: 'that names two', bytes: modelOf(entry('location', 'a'), entry('location', 'b')), locations: ['a', 'b'] },
    {
      name: 'whose entry has several keys and values',
      bytes: modelOf(writeField(13, joinBytes([text(1, 'offset'), text(2, 'a'), text(1, 'location'), text(2, 'b')]))),
      locations: ['a', 'b'],
    },
    // Decoders keep 32 bits of the enumeration: this is 1 for them.
    { name: 'whose place is a number of 33 bits', bytes: modelOf(writeNumber(14, 2 ** 32 + 1)), locations: [''] },
    {
      name: 'in the second of two graphs, which decoders join',
      bytes: joinBytes([modelOf(text(8, 'x')), modelOf(entry('location', 'w'))]),
      locations: ['w'],
    },
  ])('overlooks no tensor $name', async ({ bytes, locations }) => {
    await writeFile(join(folder, 'model.onnx'), bytes);
    expect(await tensorLocations(join(folder, 'model.onnx'))).toEqual(locations);
  });

  it('reads past a gigabyte of weights in the model itself', async () => {
    const [tensorHead, after] = [joinBytes([text(8, 'W'), rawDataHead(2 ** 30)]), entry('location', 'w.bin')];
    const tensor = tensorHead.length + 2 ** 30 + after.length;
    const graph = fieldHead(5, tensor);
    const head = joinBytes([fieldHead(7, graph.length + tensor), graph, tensorHead]);
    const file = await open(join(folder, 'model.onnx'), 'w');
    await file.write(head, 0, head.length, 0);
    await file.write(after, 0, after.length, head.length + 2 ** 30);
    await file.close();
    expect(await tensorLocations(join(folder, 'model.onnx'))).toEqual(['w.bin']);
  });

  it.each<{ name: string; bytes: Uint8Array }>([
    { name: 'text', bytes: Buffer.from('not a model') },
    { name: 'a model that breaks off', bytes: modelOf(entry('location', 'w')).subarray(0, -3) },
    // A decoder that keeps 32 bits reads field 7 of it.
    { name: 'a key of more than 32 bits', bytes: Uint8Array.of(0xba, 0x80, 0x80, 0x80, 0x70, 0) },
    { name: 'a group', bytes: Uint8Array.of(0x0b, 0x0c) },
    { name: 'subgraphs without end', bytes: nested(300) },
  ])('refuses $name', async ({ bytes }) => {
    await writeFile(join(folder, 'model.onnx'), bytes);
    await expect(tensorLocations(join(folder, 'model.onnx'))).rejects.toThrow(RangeError);
    await expect(withoutRuntime.open(join(folder, 'model.onnx'))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

/** The key and length of a field. */
function fieldHead(number: number, length: number): Uint8Array {
  const whole = writeNumber(number, length);
  return joinBytes([Uint8Array.of((whole[0] ?? 0) + 2), whole.subarray(1)]);
}

function rawDataHead(length: number): Uint8Array {
  return fieldHead(9, length);
}

/** A graph in an attribute of a node of a graph, so often. */
function nested(depth: number): Uint8Array {
  let graph: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < depth; at++) graph = writeField(1, writeField(5, writeField(6, graph)));
  return writeField(7, graph);
}

describe('a model whose weights are in another file', () => {
  it.each(ELSEWHERE)('is refused as an artifact of one file, before the runtime is loaded: %s', async (name) => {
    await model(name);
    await writeFile(join(folder, 'w.bin'), weight(1));
    const file = join(folder, 'model.onnx');
    const refusal = {
      code: 'MODEL_INVALID',
      message: expect.stringContaining('"w.bin"'),
      fix: expect.stringContaining('folder'),
    };
    await expect(withoutRuntime.open(file)).rejects.toMatchObject(refusal);
    await expect(new OnnxArtifactHasher().hash(file)).rejects.toMatchObject(refusal);
  });

  it('is refused whatever its name is', async () => {
    await model('initializer');
    await writeFile(join(folder, 'w.bin'), weight(1));
    for (const name of ['model', 'model.ort', 'model.bin']) {
      await cp(join(folder, 'model.onnx'), join(folder, name));
      await expect(withoutRuntime.open(join(folder, name))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    }
  });

  it.each(['initializer', 'subgraph'])('scores by the bytes that the digest of its folder covers: %s', async (name) => {
    await model(name);
    const seen = [];
    for (const value of [1, -1]) {
      await writeFile(join(folder, 'w.bin'), weight(value));
      seen.push({ score: await score(folder), digest: (await new OnnxArtifactHasher().hash(folder)).digest });
    }
    expect(seen.map(({ score }) => score)).toEqual([2, -2]);
    expect(new Set(seen.map(({ digest }) => digest)).size).toBe(2);
  });

  it.each<{ name: string; location: string; make?: () => Promise<unknown> }>([
    { name: 'in the folder above', location: '../w.bin' },
    { name: 'at an absolute path', location: join(tmpdir(), 'tidegate-weights-w.bin') },
    { name: 'behind a link', location: 'w.bin', make: () => symlink('../w.bin', join(folder, 'w.bin')) },
    {
      name: 'behind a folder that is a link',
      location: 'd/w.bin',
      make: () => symlink('../outside', join(folder, 'd')),
    },
    {
      name: 'above a folder that is a link',
      location: 'd/../w.bin',
      make: () => symlink('../outside', join(folder, 'd')),
    },
    { name: 'in a folder', location: 'w.bin', make: () => mkdir(join(folder, 'w.bin')) },
    { name: 'nowhere', location: 'w.bin' },
    { name: 'in memory', location: '*/_ORT_MEM_ADDR_/*' },
    { name: 'behind a NUL', location: 'model.onnx\0/../../w.bin' },
    { name: 'without a name', location: '' },
  ])('is refused where they are $name', async ({ location, make }) => {
    await writeFile(join(folder, '..', 'w.bin'), weight(1));
    await mkdir(join(folder, '..', 'outside'));
    await writeFile(join(folder, '..', 'outside', 'w.bin'), weight(1));
    await make?.();
    await writeFile(join(folder, 'model.onnx'), modelOf(entry('location', location), writeNumber(14, 1)));
    await expect(withoutRuntime.open(folder)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(new OnnxArtifactHasher().hash(folder)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

describe('OnnxArtifactHasher', () => {
  it('hashes whatever else there is as files are hashed', async () => {
    await cp(join(MODELS, 'good.onnx'), join(folder, 'model.onnx'));
    await writeFile(join(folder, 'text.onnx'), 'not a model');
    for (const path of [folder, join(folder, 'model.onnx'), join(folder, 'text.onnx')]) {
      expect(await new OnnxArtifactHasher().hash(path)).toEqual(await new FileArtifactHasher().hash(path));
    }
    await expect(new OnnxArtifactHasher().hash(join(folder, 'none'))).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
  });
});
