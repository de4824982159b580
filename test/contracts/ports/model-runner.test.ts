import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { OnnxModelRunner } from '../../../core/adapters/onnx/onnx-model-runner.ts';
import { type InputPlan, planInputs } from '../../../core/domain/model/input-plan.ts';
import type { FeatureBatch } from '../../../core/domain/table/table.ts';
import type { ModelRunner, OpenModel, ScoreOptions } from '../../../core/ports/evaluate/model-runner.ts';
import { PROJECT_MODULES } from '../../../scripts/project-root.ts';
import { type FeatureRow, InMemoryModelRunner } from '../../../testkit/fakes/in-memory-model-runner.ts';

/** A runner, and the paths of models of the features a and b. */
interface Runners {
  readonly runner: ModelRunner;
  /** The logistic function of 2a + b. */
  readonly logistic: string;
  /** 3a + 1. */
  readonly line: string;
  /** Three classes, of which `low` is the most probable one where a is far below 0, and `high` where it is far above. */
  readonly classes: string;
  readonly absent: string;
  readonly other: string;
}

const COLUMNS = ['a', 'b'].map((name) => ({ name, type: 'real' as const }));
const logistic = (z: number) => 1 / (1 + Math.exp(-z));

function batchOf(a: readonly number[], b: readonly number[] = a.map(() => 0)): FeatureBatch {
  const columns = Object.entries({ a, b }).map(
    ([name, values]) => [name, { kind: 'numeric', values: Float64Array.from(values) } as const] as const,
  );
  return { rows: a.length, columns: new Map(columns) };
}

const planOf = (model: OpenModel): InputPlan => planInputs(model.inputs, { features: ['a', 'b'] }, COLUMNS);

/** What every `ModelRunner` keeps, and the `OpenModel` that it gives. */
function contract(name: string, create: () => Runners): void {
  async function opened<Result>(
    which: 'logistic' | 'line' | 'classes',
    use: (model: OpenModel) => Promise<Result>,
    options?: ScoreOptions,
  ): Promise<Result> {
    const runners = create();
    const model = await runners.runner.open(runners[which], options);
    try {
      return await use(model);
    } finally {
      await model.close();
    }
  }

  describe(name, () => {
    it('says what a model takes, and what runs it', async () => {
      await opened('logistic', async ({ inputs, outputs, runtime }) => {
        expect(inputs).toEqual([{ name: 'features', type: 'float32', shape: [null, 2] }]);
        expect(outputs).toHaveLength(1);
        expect(Object.values(runtime).map((one) => one.length > 0)).toEqual([true, true, true]);
      });
    });

    it('gives one score per row, in their order, by the features in the order of the plan', async () => {
      const scores = await opened('logistic', (model) => model.score(batchOf([1, 0, -1], [0, 1, 0]), planOf(model)));
      expect(scores).toHaveLength(3);
      for (const [at, z] of [2, 1, -2].entries()) expect(scores[at]).toBeCloseTo(logistic(z), 6);
      const swapped = (model: OpenModel) => planInputs(model.inputs, { features: ['b', 'a'] }, COLUMNS);
      const other = await opened('logistic', (model) => model.score(batchOf([1], [0]), swapped(model)));
      expect(other[0]).toBeCloseTo(logistic(1), 6);
    });

    it('gives numbers that are not probabilities as they are', async () => {
      const options = { scores: 'number' } as const;
      const scores = await opened('line', (model) => model.score(batchOf([0, 2]), planOf(model)), options);
      expect(scores[0]).toBeCloseTo(1, 3);
      expect(scores[1]).toBeCloseTo(7, 3);
    });

    it('gives a probability per class, row by row, in the order of its classes', async () => {
      const options = { scores: 'each-class' } as const;
      await opened(
        'classes',
        async (model) => {
          const scores = await model.score(batchOf([-5, 5]), planOf(model));
          expect(scores).toHaveLength(6);
          expect(model.classes).toEqual(['high', 'low', 'mid']);
          const rows = [scores.subarray(0, 3), scores.subarray(3)];
          expect(rows.map((row) => model.classes?.[row.indexOf(Math.max(...row))])).toEqual(['low', 'high']);
          for (const row of rows) expect(row.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 5);
        },
        options,
      );
    });

    it('has copied a batch when it returns: its arrays are used again while the model runs', async () => {
      await opened('logistic', async (model) => {
        const batch = batchOf([1, -1]);
        const first = model.score(batch, planOf(model));
        for (const { values } of batch.columns.values()) if (values instanceof Float64Array) values.fill(0);
        const second = model.score(batch, planOf(model));
        expect((await first)[0]).toBeCloseTo(logistic(2), 6);
        expect((await second)[0]).toBeCloseTo(0.5, 6);
      });
    });

    it('tells the duration of each batch, and nothing of none', async () => {
      await opened('logistic', async (model) => {
        const times = await model.measure([batchOf([1]), batchOf([1, 2])], planOf(model));
        expect(times).toHaveLength(2);
        expect(times.every((ms) => ms > 0)).toBe(true);
        expect(await model.measure([], planOf(model))).toHaveLength(0);
      });
    });

    it('refuses rows that the model cannot take, and goes on', async () => {
      await opened('logistic', async (model) => {
        const tooWide = { ...planOf(model), features: ['a', 'b', 'a'] };
        await expect(model.score(batchOf([1]), tooWide)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
        await expect(model.measure([batchOf([1])], tooWide)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
        expect(await model.score(batchOf([1]), planOf(model))).toHaveLength(1);
      });
    });

    it('is closed twice as once, and scores nothing afterwards', async () => {
      await opened('logistic', async (model) => {
        await model.close();
        await expect(model.score(batchOf([1]), planOf(model))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
      });
    });

    it('refuses a path without a model, and a file that is something else', async () => {
      const { runner, absent, other } = create();
      await expect(runner.open(absent)).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
      await expect(runner.open(other)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    });
  });
}

const fixture = (file: string) => fileURLToPath(new URL(`../../fixtures/models/${file}`, import.meta.url));

contract('OnnxModelRunner', () => ({
  runner: new OnnxModelRunner({ env: {}, nodeModules: PROJECT_MODULES, threads: 1 }),
  logistic: fixture('logits.onnx'),
  line: fixture('regression.onnx'),
  classes: fixture('kinds.onnx'),
  absent: fixture('absent.onnx'),
  other: fixture('make_models.py'),
}));

contract('InMemoryModelRunner', () => {
  const shares = ([a]: FeatureRow) => {
    const odds = [Math.exp(Number(a)), Math.exp(-Number(a)), 1];
    return odds.map((one) => one / odds.reduce((sum, other) => sum + other, 0));
  };
  return {
    runner: new InMemoryModelRunner({
      '/logistic': { width: 2, score: ([a, b]) => logistic(2 * Number(a) + Number(b)) },
      '/line': { width: 2, score: ([a]) => 3 * Number(a) + 1 },
      '/classes': { width: 2, classes: ['high', 'low', 'mid'], score: shares },
      '/text': 'no model',
    }),
    ...{ logistic: '/logistic', line: '/line', classes: '/classes', absent: '/absent', other: '/text' },
  };
});
