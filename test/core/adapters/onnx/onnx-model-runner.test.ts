import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OnnxModelRunner } from '../../../../core/adapters/onnx/onnx-model-runner.ts';
import { planInputs } from '../../../../core/domain/model/input-plan.ts';
import type { BatchColumn } from '../../../../core/domain/table/table.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';

const MODELS = new URL('../../../fixtures/models/', import.meta.url).pathname;
const runner = new OnnxModelRunner({ env: {}, nodeModules: PROJECT_MODULES, threads: 1 });
const numbers = (...values: number[]): BatchColumn => ({ kind: 'numeric', values: Float64Array.from(values) });

const TWO_NUMBERS = ['a', 'b'].map((name) => ({ name, type: 'real' as const }));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-onnx-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function score(model: string, columns: Readonly<Record<string, BatchColumn>>, features?: readonly string[]) {
  const opened = await runner.open(join(MODELS, model.startsWith('external') ? model : `${model}.onnx`));
  try {
    const known = Object.entries(columns).map(([name, column]) => ({
      name,
      type: column.kind === 'text' ? 'text' : 'real',
    }));
    const plan = planInputs(opened.inputs, { features }, known);
    const rows = Object.values(columns)[0]?.values.length ?? 0;
    return await opened.score({ rows, columns: new Map(Object.entries(columns)) }, plan);
  } finally {
    await opened.close();
    await opened.close();
  }
}

describe('OnnxModelRunner', () => {
  it('fills one tensor with the features in their order and reads the second probability', async () => {
    const forward = await score('good', { a: numbers(2, -2), b: numbers(0, 0) }, ['a', 'b']);
    expect(forward[0]).toBeGreaterThan(0.9);
    expect(forward[1]).toBeLessThan(0.1);
    const swapped = await score('good', { a: numbers(2, -2), b: numbers(0, 0) }, ['b', 'a']);
    expect(swapped[0]).toBeLessThan(forward[0] ?? 0);
  });

  it('fills one input a column, text included', async () => {
    const scores = await score('columns', { size: numbers(2, -2), city: { kind: 'text', values: ['a', null] } });
    expect(scores[0]).toBeGreaterThan(0.8);
    expect(scores[1]).toBeLessThan(0.2);
  });

  it('reads the predictions of a regression', async () => {
    const [first, second] = await score('regression', { a: numbers(0, 2), b: numbers(0, 0) }, ['a', 'b']);
    expect(first).toBeCloseTo(1, 3);
    expect(second).toBeCloseTo(7, 3);
  });

  it('fills whole numbers, and refuses what they cannot hold', async () => {
    expect((await score('whole', { hour: numbers(19) }))[0]).toBeGreaterThan(0.9);
    await expect(score('whole', { hour: numbers(Number.NaN) })).rejects.toMatchObject({ code: 'MODEL_INPUT_MISMATCH' });
    await expect(score('whole', { hour: numbers(0.5) })).rejects.toMatchObject({ code: 'MODEL_INPUT_MISMATCH' });
  });

  it('takes the one model of a folder', async () => {
    const path = join(folder, 'artifact');
    await mkdir(path);
    await cp(join(MODELS, 'good.onnx'), join(path, 'model.onnx'));
    const opened = await runner.open(path);
    expect(opened.inputs).toEqual([{ name: 'features', type: 'float32', shape: [null, 2] }]);
    await opened.close();
    await cp(join(MODELS, 'good.onnx'), join(path, 'other.onnx'));
    await expect(runner.open(path)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('reads the probabilities behind maps, of two classes and of several', async () => {
    const columns = { a: numbers(2, -2), b: numbers(0, 0) };
    expect(await score('maps', columns, ['a', 'b'])).toEqual(await score('good', columns, ['a', 'b']));
    const opened = await runner.open(join(MODELS, 'kinds.onnx'), { scores: 'each-class' });
    const plan = planInputs(opened.inputs, { features: ['a', 'b'] }, TWO_NUMBERS);
    const scores = await opened.score({ rows: 2, columns: new Map(Object.entries(columns)) }, plan);
    await opened.close();
    expect(scores.length).toBe(6);
    // Classes in sorted order: high, low, mid.
    expect(scores[0]).toBeGreaterThan(0.8);
    expect(scores[4]).toBeGreaterThan(0.8);
    expect((scores[0] ?? 0) + (scores[1] ?? 0) + (scores[2] ?? 0)).toBeCloseTo(1, 5);
    await expect(score('kinds', columns, ['a', 'b'])).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it.each(['fixed-1', 'fixed-4'])(
    'scores any number of rows with a model that takes so many at a time: %s',
    async (name) => {
      for (const rows of [1, 3, 4, 9]) {
        const a = Float64Array.from({ length: rows }, (_, i) => i / 4 - 1);
        const columns: Record<string, BatchColumn> = {
          a: { kind: 'numeric', values: a },
          b: { kind: 'numeric', values: a },
        };
        expect(await score(name, columns, ['a', 'b'])).toEqual(await score('logits', columns, ['a', 'b']));
      }
    },
  );

  it('turns an output named logits into probabilities', async () => {
    const scores = await score('logits', { a: numbers(1, -1), b: numbers(0, 0) }, ['a', 'b']);
    expect(scores[0]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
    expect(scores[1]).toBeCloseTo(1 / (1 + Math.exp(2)), 6);
  });

  it.each(['external', 'external-maps'])('reads weights in another file of the folder: %s', async (name) => {
    const scores = await score(name, { a: numbers(1, 0), b: numbers(0, 1) }, ['a', 'b']);
    expect(scores[0]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
    expect(scores[1]).toBeCloseTo(1 / (1 + Math.exp(1)), 6);
  });

  it('refuses a model whose weights are not there, or were cut off', async () => {
    const path = join(folder, 'without');
    await cp(join(MODELS, 'external'), path, { recursive: true });
    await truncate(join(path, 'weights.bin'), 100);
    await expect(runner.open(path)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await rm(join(path, 'weights.bin'));
    await expect(runner.open(path)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('weights.bin'),
    });
  });

  it('names the operator that the runtime lacks', async () => {
    await expect(runner.open(join(MODELS, 'custom.onnx'))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('Shuffle'),
    });
  });

  it('names the IR version that is too new, and the one that runs', async () => {
    const file = join(folder, 'newer.onnx');
    const bytes = await readFile(join(MODELS, 'good.onnx'));
    const [key] = bytes;
    // The first field: ir_version.
    expect(key).toBe(8);
    const write = (version: number) => writeFile(file, Buffer.concat([Buffer.from([8, version]), bytes.subarray(2)]));
    await write(99);
    const problem: unknown = await runner.open(file).catch((error: unknown) => error);
    const [, highest] = /has the IR version 99, but at most (\d+) runs here/.exec(String(problem)) ?? [];
    await write(Number(highest) + 1);
    await expect(runner.open(file)).rejects.toMatchObject({ fix: expect.stringContaining(`ir_version = ${highest}`) });
    await write(Number(highest));
    await (await runner.open(file)).close();
  });

  it('refuses what is no ONNX model, is cut off, or is not there', async () => {
    await writeFile(join(folder, 'text.onnx'), 'not a model');
    await writeFile(join(folder, 'empty.onnx'), '');
    for (const path of [join(folder, 'text.onnx'), join(folder, 'empty.onnx')]) {
      await expect(runner.open(path)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    }
    await expect(runner.open(join(folder, 'missing.onnx'))).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
  });

  describe('with several batches under way', () => {
    const BATCHES = 12;
    const batchOf = (seed: number) => {
      const a = Float64Array.from({ length: 500 }, (_, i) => Math.sin(seed * 500 + i) * 3);
      return new Map<string, BatchColumn>([
        ['a', { kind: 'numeric', values: a }],
        ['b', { kind: 'numeric', values: a.map((value) => -value / 2) }],
      ]);
    };

    async function scoreAll(threads: number): Promise<readonly Float64Array[]> {
      const opened = await new OnnxModelRunner({ env: {}, nodeModules: PROJECT_MODULES, threads }).open(
        join(MODELS, 'good.onnx'),
      );
      const plan = planInputs(opened.inputs, { features: ['a', 'b'] }, TWO_NUMBERS);
      try {
        // The arrays of a batch are used again at once.
        const columns = batchOf(0);
        const underWay = Array.from({ length: BATCHES }, (_, seed) => {
          for (const [name, column] of batchOf(seed)) {
            const own = columns.get(name);
            if (own?.kind === 'numeric' && column.kind === 'numeric') own.values.set(column.values);
          }
          return opened.score({ rows: 500, columns }, plan);
        });
        return await Promise.all(underWay);
      } finally {
        await opened.close();
      }
    }

    it('gives each its own scores, the same on one thread and on three', async () => {
      const [one, three] = [await scoreAll(1), await scoreAll(3)];
      expect(three).toEqual(one);
      expect(new Set(one.map((scores) => scores.join(','))).size).toBe(BATCHES);
      const [first = Number.NaN] = await score('good', Object.fromEntries(batchOf(7)), ['a', 'b']);
      expect(one[7]?.[0]).toBe(first);
    });

    it('refuses the batch that the model cannot take, and scores the others', async () => {
      const opened = await new OnnxModelRunner({ env: {}, nodeModules: PROJECT_MODULES, threads: 2 }).open(
        join(MODELS, 'good.onnx'),
      );
      const plan = planInputs(opened.inputs, { features: ['a', 'b'] }, TWO_NUMBERS);
      const tooWide = { ...plan, features: ['a', 'b', 'a'] };
      const given = [plan, tooWide, plan].map((own, seed) => opened.score({ rows: 500, columns: batchOf(seed) }, own));
      const [before, wrong, after] = await Promise.allSettled(given);
      await opened.close();
      expect([before?.status, wrong?.status, after?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(wrong).toMatchObject({ reason: { code: 'MODEL_INVALID' } });
    });

    it('ends with a batch under way, and scores nothing afterwards', async () => {
      const opened = await new OnnxModelRunner({ env: {}, nodeModules: PROJECT_MODULES, threads: 2 }).open(
        join(MODELS, 'good.onnx'),
      );
      const plan = planInputs(opened.inputs, { features: ['a', 'b'] }, TWO_NUMBERS);
      const last = opened.score({ rows: 500, columns: batchOf(1) }, plan);
      await opened.close();
      expect((await last).length).toBe(500);
      await expect(opened.score({ rows: 500, columns: batchOf(1) }, plan)).rejects.toMatchObject({
        code: 'MODEL_INVALID',
      });
    });

    it('tells how long each single row takes', async () => {
      const opened = await runner.open(join(MODELS, 'good.onnx'));
      const plan = planInputs(opened.inputs, { features: ['a', 'b'] }, TWO_NUMBERS);
      const row = new Map([...batchOf(3)].map(([name, { values }]) => [name, numbers(Number(values[0]))] as const));
      const times = await opened.measure(
        [1, 2, 3].map(() => ({ rows: 1, columns: row })),
        plan,
      );
      await opened.close();
      expect(times.length).toBe(3);
      expect(times.every((ms) => ms > 0)).toBe(true);
    });
  });
});
